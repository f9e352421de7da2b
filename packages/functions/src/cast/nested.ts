/** Casts of lists, structs and maps: element by element, fields by name. */

import type { DataType, Field, ListVector, StructVector, Vector } from '@artemis/arrow'
import { listChildType, listVector, mergeValidity, nullsOf, structVector, take, withNulls } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { CastRun } from './cast-run.js'

type Cast = (vector: Vector, to: DataType) => Vector

export function castList(vector: ListVector, run: CastRun, cast: Cast): Vector {
  const { offsets, length } = vector
  const start = offsets[0]!
  const end = offsets[length]!
  // Values outside the rows of this slice must not raise errors.
  const whole = start === 0 && end === vector.child.length
  const child = whole
    ? vector.child
    : take(
        vector.child,
        Int32Array.from({ length: end - start }, (_, i) => start + i),
      )
  const shifted = start === 0 ? offsets : offsets.map((offset) => offset - start)
  return listVector(run.to, shifted, cast(child, listChildType(run.to)), { validity: run.validity })
}

/**
 * Which field of the source each target field takes: by name (case does not matter), or by position where the source's
 * fields have no names. Undefined when no field matches.
 */
export function matchFields(from: readonly Field[], to: readonly Field[]): readonly (number | undefined)[] | undefined {
  if (from.length === to.length && from.every((f) => f.name === '')) return to.map((_, i) => i)
  const byName = new Map(from.map((f, i) => [f.name.toLowerCase(), i]))
  const matches = to.map((f) => byName.get(f.name.toLowerCase()))
  return matches.some((index) => index !== undefined) ? matches : undefined
}

export function castStruct(vector: StructVector, run: CastRun, cast: Cast): Vector {
  assert(run.from.kind === 'struct' && run.to.kind === 'struct', 'struct types')
  const matches = matchFields(run.from.fields, run.to.fields)
  assert(matches !== undefined, 'structs without a common field')
  const children = run.to.fields.map((f, i) => {
    const source = matches[i]
    return source === undefined ? nullsOf(f.type, vector.length) : cast(under(vector, vector.children[source]!), f.type)
  })
  return structVector(run.to, vector.length, children, { validity: run.validity })
}

/** A field's values, null where the struct is: what lies under a null must not raise errors. */
function under(vector: StructVector, child: Vector): Vector {
  return vector.validity === null ? child : withNulls(child, { validity: mergeValidity(child.validity, vector.validity, vector.length) })
}
