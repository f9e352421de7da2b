/** Binding in tests: text in, a checked plan, its text or its error out. */

import { ArtemisError } from '@artemis/errors'
import type { LogicalPlan, SubqueryExpression } from '@artemis/plan'
import { checkInvariants, explainLogicalPlan, planExpressions, walkExpression, walkPlan } from '@artemis/plan'
import { bindStatement } from '../binder/bind-statement.js'
import type { BoundStatement } from '../binder/bound-statement.js'
import type { BindContext } from '../binder/context.js'
import { parseStatement } from '../parser/parse.js'
import type { StubTable } from './stub-context.js'
import { stubContext } from './stub-context.js'
import { smallTables } from './tables.js'

/** Binds, and checks the invariants of the plan and of the plans of its subqueries. */
export async function bind(
  text: string,
  options: Partial<BindContext> = {},
  tables: readonly StubTable[] = smallTables,
): Promise<BoundStatement> {
  const bound = await bindStatement(parseStatement(text), stubContext(text, tables, options))
  if ('plan' in bound && bound.plan !== null) checkPlan(bound.plan, [])
  return bound
}

export async function bindPlan(
  text: string,
  options: Partial<BindContext> = {},
  tables: readonly StubTable[] = smallTables,
): Promise<LogicalPlan> {
  const bound = await bind(text, options, tables)
  if (!('plan' in bound) || bound.plan === null) throw new Error(`${bound.kind} has no plan`)
  return bound.plan
}

/** The plan as EXPLAIN shows it, without the scans' column lists. */
export async function planText(text: string, options: Partial<BindContext> = {}): Promise<string> {
  return explainLogicalPlan(await bindPlan(text, options)).replaceAll(/ columns=\[[^\]]*\]/g, '')
}

/** Plans of subqueries in expressions, the outermost first. */
export function subqueries(plan: LogicalPlan): SubqueryExpression[] {
  const found: SubqueryExpression[] = []
  walkPlan(plan, (node) => {
    for (const expression of planExpressions(node)) {
      walkExpression(expression, (part) => {
        if (part.kind === 'subquery') found.push(part, ...subqueries(part.plan))
      })
    }
  })
  return found
}

export function checkPlan(plan: LogicalPlan, outerColumns: readonly number[]): void {
  checkInvariants(plan, { outerColumns: new Set(outerColumns) })
  for (const subquery of subqueries(plan)) checkInvariants(subquery.plan, { outerColumns: new Set(subquery.outerColumns) })
}

export interface ExpectedError {
  readonly kind: string
  readonly code: string
  readonly message: string
  /** The text at the error's place. */
  readonly at: string | undefined
  readonly hint: string | undefined
}

/** The error that binding gives; undefined when it succeeds. Errors that are none of ours pass through. */
export async function bindFailure(text: string, options: Partial<BindContext> = {}): Promise<ExpectedError | undefined> {
  try {
    await bind(text, options)
    return undefined
  } catch (error) {
    if (!(error instanceof ArtemisError)) throw error
    const { kind, code, message, span, hint } = error
    return { kind, code, message, at: span === undefined ? undefined : text.slice(span.start, span.end), hint }
  }
}
