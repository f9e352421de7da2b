/** Statements on their way through a session. */

import type { Field, Schema } from '@artemis/arrow'
import type { EvaluationContext } from '@artemis/plan'
import type { SqlParser, Statement, StatementParameters } from '@artemis/sql'
import type { Settings } from '../settings/settings.js'
import type { AsOfReading } from './as-of.js'
import type { FreshPlan } from './fresh-plan.js'
import type { PrepareOptions } from './prepared-statement.js'
import type { Announcement } from './statement-kind.js'

/** One statement on its way through the session. */
export interface StatementRun {
  readonly text: string
  readonly queryId: string
  readonly parser: SqlParser
  readonly parameters: StatementParameters
  readonly signal: AbortSignal
  readonly evaluation: EvaluationContext
  readonly startMs: number
  /** The session's, with what was given for this call. */
  readonly settings: Settings
  readonly asOf: AsOfReading | undefined
  /** The columns that the result must have, where they were announced. */
  readonly resultSchema?: Schema | undefined
}

export interface NamedStatement {
  readonly statement: Statement
  readonly text: string
}

/** A prepared statement and how it was prepared. */
export interface StatementToExecute {
  readonly statement: Statement
  readonly text: string
  readonly parser: SqlParser
  readonly announced: Announcement
  readonly fields: readonly Field[]
  readonly options: PrepareOptions
  readonly fresh: FreshPlan
}
