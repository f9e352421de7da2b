/** Elements and slices of lists, characters and slices of text. */

import type { DataType, Vector } from '@artemis/arrow'
import { int64, take, utf8 } from '@artemis/arrow'
import { isInteger } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import { invalidInput } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { ResultValidity, textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import { asList, ElementLists, listArgument } from './list-rows.js'
import { resolveStructExtract } from './structs.js'

function isIndex(type: DataType): boolean {
  return isInteger(type) || type.kind === 'null'
}

/** The place of an index in a row of `length` elements from 0, or -1: from 1 on, or from the end when negative. */
function placeOf(index: number, length: number): number {
  const place = index < 0 ? length + index : index - 1
  return place >= 0 && place < length && index !== 0 ? place : -1
}

const extractElement: Kernel = (input) => {
  const { offsets, child } = listArgument(input, 0)
  const indices = doublesOf(argument(input, 1), input.rowCount)
  const rows = new Int32Array(input.rowCount).fill(-1)
  for (let i = 0; i < rows.length; i++) {
    if (!isRowValid(input.validity, i)) continue
    const place = placeOf(indices[i]!, offsets[i + 1]! - offsets[i]!)
    if (place >= 0) rows[i] = offsets[i]! + place
  }
  return take(child, rows, true)
}

const extractCharacter: Kernel = (input) => {
  const texts = new TextColumn(argument(input, 0))
  const indices = doublesOf(argument(input, 1), input.rowCount)
  return textResult(input, (row) => {
    const characters = [...texts.at(row)]
    return characters[placeOf(indices[row]!, characters.length)] ?? ''
  })
}

function resolveExtract(types: readonly DataType[]): Resolved | undefined {
  const [value, index] = types
  if (types.length !== 2 || !isIndex(index!)) return undefined
  if (value!.kind === 'utf8') return { argumentTypes: [utf8, int64], returnType: utf8, kernel: extractCharacter }
  const type = asList(value!)
  if (type?.kind !== 'list') return undefined
  return { argumentTypes: [type, int64], returnType: type.element.type, canReturnNull: true, kernel: extractElement }
}

export const listExtract = resolvingFunction({
  name: 'list_extract',
  aliases: ['list_element', 'array_extract'],
  category: 'nested',
  description:
    'The element of a list at a place from 1, or from the end for a negative place: x[i] in short. NULL outside. ' +
    'Also the field of a struct and the character of a text.',
  example: 'list_extract([4, 5, 6], -1)',
  result: '6',
  signatures: [
    'list_extract(list ANY[], index BIGINT) -> ANY',
    'list_extract(text VARCHAR, index BIGINT) -> VARCHAR',
    'list_extract(struct STRUCT, field VARCHAR) -> ANY',
  ],
  resolve: (types, constants) => resolveStructExtract(types, constants) ?? resolveExtract(types),
})

/** A bound that is the constant NULL is open; a row in which a bound is NULL gives NULL. */
interface Bounds {
  readonly lower: Float64Array | undefined
  readonly upper: Float64Array | undefined
  readonly step: Float64Array | undefined
  readonly validity: Uint8Array | null
}

function boundsOf(input: KernelInput): Bounds {
  const result = new ResultValidity({ ...input, validity: null })
  const bound = (index: number): Float64Array | undefined => {
    const datum = input.args[index]
    if (datum === undefined || (datum.kind === 'scalar' && datum.value === null)) return undefined
    if (datum.kind === 'vector' && datum.vector.validity !== null) markNulls(datum.vector, result)
    return doublesOf(datum, input.rowCount)
  }
  const first = argument(input, 0)
  if (first.kind === 'vector') markNulls(first.vector, result)
  else if (first.value === null) for (let i = 0; i < input.rowCount; i++) result.setNull(i)
  return { lower: bound(1), upper: bound(2), step: bound(3), validity: result.bitmap }
}

function markNulls(vector: Vector, result: ResultValidity): void {
  for (let i = 0; i < vector.length; i++) if (!isRowValid(vector.validity, i)) result.setNull(i)
}

/** Places from 0 of the first element and behind the last of a slice whose bounds count from 1 or from the end. */
function sliceOf(lower: number, upper: number, length: number): readonly [number, number] {
  const from = lower < 0 ? length + lower + 1 : lower
  const to = upper < 0 ? length + upper + 1 : upper
  return [Math.max(from, 1) - 1, Math.min(to, length)]
}

function addSlice(out: ElementLists, start: number, length: number, lower: number, upper: number, step: number): void {
  if (step === 0) throw invalidInput('the step of a slice must not be 0')
  if (step > 0) {
    const [from, to] = sliceOf(lower, upper, length)
    for (let k = from; k < to; k += step) out.add(start + k)
  } else {
    // Backwards the first bound is the upper one.
    const [from, to] = sliceOf(upper, lower, length)
    for (let k = to - 1; k >= from; k += step) out.add(start + k)
  }
}

function sliceLists(type: DataType): Kernel {
  return (input) => {
    const { offsets, child } = listArgument(input, 0)
    const { lower, upper, step, validity } = boundsOf(input)
    const out = new ElementLists(input.rowCount)
    for (let i = 0; i < input.rowCount; i++) {
      const length = offsets[i + 1]! - offsets[i]!
      if (isRowValid(validity, i)) addSlice(out, offsets[i]!, length, lower?.[i] ?? 1, upper?.[i] ?? length, step?.[i] ?? 1)
      out.end(i)
    }
    return out.finish(type, child, validity)
  }
}

const sliceText: Kernel = (input) => {
  const texts = new TextColumn(argument(input, 0))
  const { lower, upper, validity } = boundsOf(input)
  return textResult({ ...input, validity }, (row) => {
    const text = texts.at(row)
    const characters = texts.ascii ? text : [...text]
    const [from, to] = sliceOf(lower?.[row] ?? 1, upper?.[row] ?? characters.length, characters.length)
    const part = characters.slice(from, Math.max(from, to))
    return typeof part === 'string' ? part : part.join('')
  })
}

export const listSlice = resolvingFunction({
  name: 'list_slice',
  aliases: ['array_slice'],
  category: 'nested',
  description:
    'The elements of a list, or characters of a text, between two places, both included: x[a:b] in short. ' +
    'Negative places count from the end.',
  example: 'list_slice([1, 2, 3, 4], 2, 3)',
  result: '[2, 3]',
  signatures: [
    'list_slice(list ANY[], begin BIGINT, end BIGINT[, step BIGINT]) -> ANY[]',
    'list_slice(text VARCHAR, begin BIGINT, end BIGINT) -> VARCHAR',
  ],
  resolve(types) {
    const [value, ...bounds] = types
    if (types.length < 3 || types.length > 4 || !bounds.every(isIndex)) return undefined
    const common = { nullHandling: 'custom' as const, canThrow: types.length === 4 }
    if (value!.kind === 'utf8')
      return types.length === 4 ? undefined : { ...common, argumentTypes: [utf8, int64, int64], returnType: utf8, kernel: sliceText }
    const type = asList(value!)
    if (type === undefined) return undefined
    return { ...common, argumentTypes: [type, ...bounds.map(() => int64)], returnType: type, kernel: sliceLists(type) }
  },
})
