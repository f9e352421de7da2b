/** Casts from text to lists, structs and maps: the texts of all elements are gathered, then cast in one go. */

import type { BytesVector, DataType, Vector } from '@artemis/arrow'
import { listVector, structVector, utf8, vectorDatum, vectorFromScalars } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { TextColumn } from '../kernel/text-columns.js'
import type { CastRun } from './cast-run.js'
import type { NestedText } from './parse-nested.js'
import { parseEntries, parseList } from './parse-nested.js'

type Cast = (vector: Vector, to: DataType) => Vector

export function textToList(vector: BytesVector, run: CastRun, cast: Cast): Vector {
  assert(run.to.kind === 'list', 'a list type')
  const text = new TextColumn(vectorDatum(vector))
  const elements: NestedText[] = []
  const offsets = new Int32Array(vector.length + 1)
  for (let i = 0; i < vector.length; i++) {
    const parsed = run.isValid(i) ? parseList(text.at(i)) : undefined
    if (parsed === undefined) run.invalid(i, text.at(i))
    else for (const element of parsed) elements.push(element)
    offsets[i + 1] = elements.length
  }
  return listVector(run.to, offsets, cast(vectorFromScalars(utf8, elements), run.to.element.type), { validity: run.validity })
}

export function textToStruct(vector: BytesVector, run: CastRun, cast: Cast): Vector {
  assert(run.to.kind === 'struct', 'a struct type')
  const { fields } = run.to
  const text = new TextColumn(vectorDatum(vector))
  const columns: NestedText[][] = fields.map(() => [])
  for (let i = 0; i < vector.length; i++) {
    const entries = run.isValid(i) ? parseEntries(text.at(i), ':') : undefined
    const byName = new Map((entries ?? []).map(([name, value]) => [name?.toLowerCase(), value]))
    const values = fields.map((f) => byName.get(f.name.toLowerCase()))
    if (entries === undefined || [...byName.keys()].some((name) => !fields.some((f) => f.name.toLowerCase() === name)))
      run.invalid(i, text.at(i))
    fields.forEach((_, k) => columns[k]!.push(values[k] ?? null))
  }
  const children = fields.map((f, k) => cast(vectorFromScalars(utf8, columns[k]!), f.type))
  return structVector(run.to, vector.length, children, { validity: run.validity })
}

export function textToMap(vector: BytesVector, run: CastRun, cast: Cast): Vector {
  assert(run.to.kind === 'map', 'a map type')
  const { key, value } = run.to
  const text = new TextColumn(vectorDatum(vector))
  const keys: NestedText[] = []
  const values: NestedText[] = []
  const offsets = new Int32Array(vector.length + 1)
  for (let i = 0; i < vector.length; i++) {
    const entries = run.isValid(i) ? parseEntries(text.at(i), '=') : undefined
    if (entries === undefined || entries.some(([name]) => name === null)) run.invalid(i, text.at(i))
    else {
      for (const [name, content] of entries) {
        keys.push(name)
        values.push(content)
      }
    }
    offsets[i + 1] = keys.length
  }
  const children = [cast(vectorFromScalars(utf8, keys), key.type), cast(vectorFromScalars(utf8, values), value.type)]
  return listVector(run.to, offsets, structVector({ kind: 'struct', fields: [key, value] }, keys.length, children), {
    validity: run.validity,
  })
}
