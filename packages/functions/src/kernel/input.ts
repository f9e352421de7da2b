/** What a kernel is given: arguments without dictionaries, and which rows matter. */

import type { Datum, ScalarDatum, Vector } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { EvaluationContext } from '@artemis/plan'

export interface KernelInput {
  readonly args: readonly Datum[]
  readonly rowCount: number
  /**
   * For functions that propagate NULL: the rows in which every argument is there; null when that is all of them. Other
   * rows hold unspecified values, so a kernel may compute through them but must not raise an error for them. Always
   * null for functions with their own NULL handling.
   */
  readonly validity: Uint8Array | null
  readonly context: EvaluationContext
}

/** Computes a batch. At least one row; at least one argument is a vector unless `rowCount` is 1. */
export type Kernel = (input: KernelInput) => Vector

export function argument(input: KernelInput, index: number): Datum {
  const datum = input.args[index]
  assert(datum !== undefined, `kernel has no argument ${index}`)
  return datum
}

/** The constant value of an argument, or undefined when it varies by row. */
export function constantOf(datum: Datum): ScalarDatum | undefined {
  return datum.kind === 'scalar' ? datum : undefined
}

/** Whether row i matters. For loops, read `validity` once instead. */
export function isRowValid(validity: Uint8Array | null, row: number): boolean {
  return validity === null || ((validity[row >>> 3]! >>> (row & 7)) & 1) === 1
}
