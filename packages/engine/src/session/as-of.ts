/**
 * A point in time for a whole statement. Tables that keep no history (in memory, of the system, of an application) are
 * read as they are; a table with a point of its own keeps that. A snapshot belongs to one table: another table of the
 * statement that keeps history does not have it, and that is its error.
 */

import { BindError, ConfigError } from '@artemis/errors'
import { evaluateConstant } from '@artemis/execution'
import type { EvaluationContext, TableProvider, TimeTravel } from '@artemis/plan'
import { cast, literal, timestamptz, utf8 } from '@artemis/plan'
import { ArtemisTableProvider } from '../iceberg/artemis-table.js'
import type { NameDefaults, NameResolver, ResolvedName } from './name-resolution.js'
import { casts } from './query-planner.js'

/** An instant as SQL or ISO 8601 writes it (without an offset it is in the session's time zone), or the id of a snapshot. */
export type AsOf = { readonly timestamp: string | Date } | { readonly snapshot: string | bigint }

export class AsOfReading {
  readonly #point: TimeTravel
  #used = false

  constructor(asOf: AsOf, evaluation: EvaluationContext) {
    this.#point = pointOf(asOf, evaluation)
  }

  async resolve(resolver: NameResolver, parts: readonly string[], defaults: NameDefaults): Promise<ResolvedName | undefined> {
    const current = await resolver.resolve(parts, null, defaults)
    if (current === undefined || current.entry.kind === 'view' || !keepsHistory(current.entry.table)) return current
    this.#used = true
    return resolver.resolve(parts, this.#point, defaults)
  }

  /** A snapshot that nothing was read at was meant for a table that the statement does not have. */
  requireUse(): void {
    if (this.#used || this.#point.kind !== 'snapshot') return
    const message = `no table of the statement could be read at snapshot ${this.#point.snapshotId}`
    throw new BindError({ code: 'AS_OF_UNUSED', message, hint: 'Tables in memory keep no history, and a table with AS OF has a point in time of its own.' })
  }
}

function keepsHistory(table: TableProvider): boolean {
  return table instanceof ArtemisTableProvider || table.snapshot !== undefined
}

function pointOf(asOf: AsOf, evaluation: EvaluationContext): TimeTravel {
  if ('snapshot' in asOf) {
    const text = String(asOf.snapshot)
    if (/^\s*-?\d{1,19}\s*$/.test(text)) return { kind: 'snapshot', snapshotId: BigInt(text) }
    throw new ConfigError({ code: 'INVALID_AS_OF', message: `"${text}" is not the id of a snapshot` })
  }
  const { timestamp } = asOf
  const microseconds = timestamp instanceof Date ? fromDate(timestamp) : fromText(timestamp, evaluation)
  return { kind: 'timestamp', microseconds }
}

function fromDate(date: Date): bigint {
  if (Number.isNaN(date.getTime())) throw new ConfigError({ code: 'INVALID_AS_OF', message: 'the instant is an invalid Date' })
  return BigInt(date.getTime()) * 1000n
}

function fromText(text: string, evaluation: EvaluationContext): bigint {
  let value: unknown
  try {
    value = evaluateConstant(cast(literal(utf8, text), timestamptz('us')), evaluation, casts)
  } catch (error) {
    throw new ConfigError({ code: 'INVALID_AS_OF', message: `"${text}" is not an instant`, hint: "Write it as '2024-03-01T00:00:00Z'.", cause: error })
  }
  if (typeof value === 'bigint') return value
  throw new ConfigError({ code: 'INVALID_AS_OF', message: `"${text}" is not an instant` })
}
