/** Binding a query as a statement of its own: first all it refers to is resolved, then it is bound. */

import type { Span } from '@artemis/errors'
import { ArtemisError } from '@artemis/errors'
import type { LogicalPlan } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { QueryEnvironment } from './binder.js'
import { Binder } from './binder.js'
import type { BoundQuery } from './bound-statement.js'
import type { BindContext } from './context.js'
import { bindError } from './errors.js'
import { bindExpression } from './expressions.js'
import { describeParameters } from './literals.js'
import { bindQuery } from './query.js'
import { References, resolveReferences } from './references.js'
import { bindTable } from './tables.js'

export const rootEnvironment: QueryEnvironment = { commonTables: null, outer: null }

/** A binder with nothing resolved yet. */
export function createBinder(context: BindContext): Binder {
  return new Binder({ context, references: new References(), expression: bindExpression, query: bindQuery, table: bindTable })
}

export async function bindQueryStatement(query: ast.Query, context: BindContext): Promise<BoundQuery> {
  const binder = createBinder(context)
  await resolveReferences(binder, query)
  const plan = binder.query(query, rootEnvironment)
  return { kind: 'query', plan, parameters: describeParameters(binder) }
}

/** Binds a query that the binder wrote for the statement at `span`, where its errors are reported. */
export async function bindQueryText(sql: string, context: BindContext, span: Span): Promise<BoundQuery> {
  try {
    const query = context.parse(sql)
    if (query.kind !== 'query') throw bindError('NOT_A_QUERY', `this is no query: ${sql}`, span)
    return await bindQueryStatement(query, { ...context, text: sql })
  } catch (error) {
    if (error instanceof ArtemisError) error.span = span
    throw error
  }
}

/** A result that is known already. */
export function knownResult(plan: LogicalPlan): BoundQuery {
  return { kind: 'query', plan, parameters: [] }
}
