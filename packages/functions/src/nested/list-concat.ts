/** Lists joined end to end. */

import type { DataType, Vector } from '@artemis/arrow'
import { concatVectors, list, listVector, nullsOf, take } from '@artemis/arrow'
import { commonType } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import type { KernelInput } from '../kernel/input.js'
import { isRowValid } from '../kernel/input.js'
import { listColumn } from './list-columns.js'

/** `propagate`: NULL when a list is NULL (the operator); `custom`: NULL lists are left out (the function). */
export function resolveListConcat(types: readonly DataType[], nullHandling: 'propagate' | 'custom'): Resolved | undefined {
  let common: DataType | undefined = { kind: 'null' }
  for (const type of types) {
    if (type.kind !== 'list' && type.kind !== 'null') return undefined
    common = commonType(common, type)
    if (common === undefined) return undefined
  }
  const result = common.kind === 'list' ? common : list(common)
  return {
    argumentTypes: types.map(() => result),
    returnType: result,
    nullHandling,
    canReturnNull: false,
    kernel: (input) => joinLists(input, result),
  }
}

function joinLists(input: KernelInput, type: DataType): Vector {
  const columns = input.args
    .filter((arg) => arg.kind === 'vector' || arg.value !== null)
    .map((arg) => ({ ...listColumn(arg), validity: arg.kind === 'vector' ? arg.vector.validity : null }))
  if (columns.length === 0)
    return listVector(type, new Int32Array(input.rowCount + 1), nullsOf(type.kind === 'list' ? type.element.type : type, 0))
  const children = concatVectors(columns.map((column) => column.child))
  const bases: number[] = []
  let base = 0
  for (const column of columns) {
    bases.push(base)
    base += column.child.length
  }
  const rows: number[] = []
  const offsets = new Int32Array(input.rowCount + 1)
  for (let i = 0; i < input.rowCount; i++) {
    if (isRowValid(input.validity, i)) {
      columns.forEach(({ offsets: from, stride, validity }, c) => {
        if (!isRowValid(validity, i * stride)) return
        for (let k = from[i * stride]!; k < from[i * stride + 1]!; k++) rows.push(bases[c]! + k)
      })
    }
    offsets[i + 1] = rows.length
  }
  return listVector(type, offsets, take(children, Int32Array.from(rows)), { validity: input.validity })
}
