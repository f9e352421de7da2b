/**
 * A lane carries one aggregate for all groups. Plain lanes feed rows to the accumulator as they come and exchange its
 * partial states. DISTINCT and ORDER BY need all rows of a group first: their lanes keep rows (once each, or all), and
 * apply them to the accumulator at the end.
 */

import type { DataType, Vector } from '@artemis/arrow'
import { nullsOf, physicalKind } from '@artemis/arrow'
import type { AggregateCall, EvaluationContext, GroupsAccumulator } from '@artemis/plan'
import { DistinctRows } from './distinct-rows.js'
import { OrderedRows } from './ordered-rows.js'

/** Rows for a lane: row i belongs to group `ids[i]`. */
export interface LaneRows {
  readonly args: readonly Vector[]
  /** The values of ORDER BY in the aggregate; empty for lanes without. */
  readonly order: readonly Vector[]
  readonly ids: Int32Array
  /** Only rows whose bit is set count. Lanes that keep rows never get one. */
  readonly filter: Uint8Array | null
}

/** Rows that a lane keeps until the end. */
export interface KeptRows {
  byteSize(): number
  add(rows: LaneRows): void
  /** All kept rows, in chunks of about `chunkRows`, with args and order values as columns. */
  chunks(chunkRows: number): Iterable<{ readonly ids: Int32Array; readonly columns: readonly Vector[] }>
  /** Gives every row to the accumulator, in the right order, and forgets it. */
  applyTo(accumulator: GroupsAccumulator, groupCount: number): void
  clear(): void
}

export interface Lane {
  readonly call: AggregateCall
  readonly accumulator: GroupsAccumulator
  /** Null for plain lanes. */
  readonly kept: KeptRows | null
}

export function isDistinct(call: AggregateCall): boolean {
  return call.distinct && !call.function.ignoresDistinct
}

export function isOrdered(call: AggregateCall): boolean {
  return call.orderBy.length > 0 && call.function.orderSensitive
}

/** Whether the aggregate can be computed in parts whose states are merged. */
export function isSplittable(call: AggregateCall): boolean {
  return !isDistinct(call) && !isOrdered(call)
}

/** Whether the accumulator keeps numbers of a fixed width only, so that its arguments may be overwritten after each update. */
export function isTransient(call: AggregateCall): boolean {
  return isSplittable(call) && call.function.stateTypes.every((type) => ['primitive', 'fixed', 'boolean'].includes(physicalKind(type)))
}

/** `grouped` is false when there is one group only, whose id need not be kept. */
export function createLane(call: AggregateCall, grouped: boolean, context: EvaluationContext): Lane {
  const accumulator = call.function.createAccumulator(context)
  return { call, accumulator, kept: keptRows(call, grouped) }
}

function keptRows(call: AggregateCall, grouped: boolean): KeptRows | null {
  const argumentTypes = call.arguments.map((argument) => argument.type)
  if (isOrdered(call)) return new OrderedRows(call.orderBy, argumentTypes.length, isDistinct(call) ? argumentTypes : null)
  return isDistinct(call) ? new DistinctRows(argumentTypes, grouped) : null
}

/** The types of a kept row's columns. */
export function keptTypes(call: AggregateCall): DataType[] {
  return [...call.arguments.map((argument) => argument.type), ...(isOrdered(call) ? call.orderBy.map((key) => key.expression.type) : [])]
}

/** Makes the accumulator know all groups, also those that it has seen no row of. */
export function settle(lane: Lane, groupCount: number): void {
  const empty = lane.call.arguments.map((argument) => nullsOf(argument.type, 0))
  lane.accumulator.update(empty, new Int32Array(0), groupCount, null)
}
