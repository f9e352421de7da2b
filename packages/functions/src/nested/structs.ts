/** Structs: making them, and their fields. */

import type { DataType, Datum, Field, Scalar, Vector } from '@artemis/arrow'
import { datumToVector, decodeDictionary, field, int64, mergeValidity, struct, structVector, utf8, withNulls } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { isInteger } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import type { Kernel } from '../kernel/input.js'
import { argument } from '../kernel/input.js'

function structOf(type: DataType, columns: readonly Datum[], rowCount: number): Vector {
  return structVector(
    type,
    rowCount,
    columns.map((column) => decodeDictionary(datumToVector(column, rowCount))),
  )
}

export const namedStruct = resolvingFunction({
  name: 'named_struct',
  category: 'nested',
  description: "A struct of names and values by turns; {'a': 1} and struct_pack(a := 1) in short. Names are literals.",
  example: "named_struct('a', 1, 'b', 'x')",
  result: "{'a': 1, 'b': x}",
  signatures: ['named_struct(name VARCHAR, value ANY, …) -> STRUCT'],
  resolve(types, constants) {
    if (types.length === 0 || types.length % 2 !== 0) return undefined
    const fields: Field[] = []
    for (let i = 0; i < types.length; i += 2) {
      const name = constants[i]
      if (typeof name !== 'string') return undefined
      fields.push(field(name, types[i + 1]!))
    }
    const type = struct(fields)
    return {
      argumentTypes: types,
      returnType: type,
      nullHandling: 'custom',
      canReturnNull: false,
      kernel: ({ args, rowCount }) =>
        structOf(
          type,
          args.filter((_, i) => i % 2 === 1),
          rowCount,
        ),
    }
  },
})

export const row = resolvingFunction({
  name: 'row',
  category: 'nested',
  description: 'A struct whose fields have no names.',
  example: "row(1, 'x')",
  result: '(1, x)',
  signatures: ['row(value ANY, …) -> STRUCT'],
  resolve(types) {
    if (types.length === 0) return undefined
    const type = struct(types.map((fieldType) => field('', fieldType)))
    return {
      argumentTypes: types,
      returnType: type,
      nullHandling: 'custom',
      canReturnNull: false,
      kernel: ({ args, rowCount }) => structOf(type, args, rowCount),
    }
  },
})

function fieldKernel(index: number): Kernel {
  return (input) => {
    const vector = decodeDictionary(datumToVector(argument(input, 0), input.rowCount))
    assert(vector.layout === 'struct', `a ${vector.layout} vector where structs are wanted`)
    const child = vector.children[index]!
    return withNulls(child, { validity: mergeValidity(child.validity, input.validity, input.rowCount) })
  }
}

/** The field by a literal name in any case, or by a literal place from 1. Undefined for other arguments. */
export function resolveStructExtract(types: readonly DataType[], constants: readonly (Scalar | undefined)[]): Resolved | undefined {
  const [type, key] = types
  if (type?.kind !== 'struct' || types.length !== 2) return undefined
  const { fields } = type
  const wanted = constants[1]
  let index = -1
  if (key!.kind === 'utf8' && typeof wanted === 'string') {
    index = fields.findIndex((f) => f.name === wanted)
    if (index < 0) index = fields.findIndex((f) => f.name.toLowerCase() === wanted.toLowerCase())
  } else if (isInteger(key!) && wanted !== undefined && wanted !== null) index = Number(wanted) - 1
  const found = fields[index]
  if (found === undefined) return undefined
  return {
    argumentTypes: [type, key!.kind === 'utf8' ? utf8 : int64],
    returnType: found.type,
    canReturnNull: true,
    kernel: fieldKernel(index),
  }
}

export const structExtract = resolvingFunction({
  name: 'struct_extract',
  aliases: ['struct_extract_at'],
  category: 'nested',
  description: 'The field of a struct by name, or by place from 1: s.field in short. The name or place is a literal.',
  example: "struct_extract({'a': 1, 'b': 2}, 'b')",
  result: '2',
  signatures: ['struct_extract(struct STRUCT, field VARCHAR) -> ANY', 'struct_extract(struct STRUCT, place BIGINT) -> ANY'],
  resolve: resolveStructExtract,
})
