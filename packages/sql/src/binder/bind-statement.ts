/** The binder's entry point: a statement and what surrounds it in, a bound statement or one clear error out. */

import { unreachable } from '@artemis/errors'
import type * as ast from '../ast/index.js'
import { bindCreateSchema, bindCreateTable, bindCreateView, bindDrop } from './bind-definition.js'
import { bindInsert } from './bind-insert.js'
import { bindQueryStatement } from './bind-query.js'
import { bindDeallocate, bindExecute, bindReset, bindSet, bindUse, declaredTypes } from './bind-session.js'
import { bindDescribe, bindShow } from './bind-show.js'
import type { BoundExplain, BoundPrepare, BoundStatement } from './bound-statement.js'
import type { BindContext } from './context.js'
import { bindError, unsupported } from './errors.js'

/**
 * Binds one statement. Names are resolved through `context` first, each table once; then types are settled and the plan
 * is built without waiting. Throws BindError for mistakes, UnsupportedError for what the engine does not have, both with
 * the place in `context.text`; errors of catalogs pass through with the place added.
 */
export async function bindStatement(statement: ast.Statement, context: BindContext): Promise<BoundStatement> {
  switch (statement.kind) {
    case 'query':
      return bindQueryStatement(statement, context)
    case 'explain':
      return bindExplain(statement, context)
    case 'insert':
      return bindInsert(statement, context)
    case 'create_table':
      return bindCreateTable(statement, context)
    case 'create_view':
      return bindCreateView(statement, context)
    case 'create_schema':
      return bindCreateSchema(statement)
    case 'drop':
      return bindDrop(statement)
    case 'describe':
      return bindDescribe(statement, context)
    case 'show':
      return bindShow(statement, context)
    case 'set':
      return bindSet(statement, context)
    case 'reset':
      return bindReset(statement)
    case 'use':
      return bindUse(statement, context)
    case 'prepare':
      return bindPrepare(statement, context)
    case 'execute':
      return bindExecute(statement, context)
    case 'deallocate':
      return bindDeallocate(statement)
    case 'transaction':
      return { kind: 'transaction', action: statement.action, modes: statement.modes, span: statement.span }
    case 'copy':
      context.requireFiles?.('COPY', statement.span)
      throw unsupported('COPY', statement.span)
    case 'update':
    case 'delete':
    case 'merge':
    case 'truncate':
    case 'alter_table':
    case 'alter_other':
    case 'summarize':
    case 'call_procedure':
    case 'analyze':
    case 'vacuum':
    case 'unsupported_statement':
      throw unsupported(statementName(statement), statement.span)
    default:
      return unreachable(statement, 'statement')
  }
}

/** The statement by its words, for messages. */
function statementName(statement: ast.Statement): string {
  switch (statement.kind) {
    case 'alter_table':
      return 'ALTER TABLE'
    case 'alter_other':
      return `ALTER ${statement.object.toUpperCase()}`
    case 'call_procedure':
      return 'CALL'
    case 'unsupported_statement':
      return statement.name
    default:
      return statement.kind.toUpperCase().replaceAll('_', ' ')
  }
}

async function bindExplain(statement: ast.Explain, context: BindContext): Promise<BoundExplain> {
  let { analyze } = statement
  let verbose = false
  let format: 'text' | 'json' = 'text'
  for (const option of statement.options) {
    switch (option.name.name.toLowerCase()) {
      case 'analyze':
        analyze = optionFlag(option)
        break
      case 'verbose':
        verbose = optionFlag(option)
        break
      case 'format': {
        const word = optionWord(option)
        if (word !== 'text' && word !== 'json')
          throw unsupported(`EXPLAIN (FORMAT ${word ?? ''})`, option.span, 'The formats are TEXT and JSON.')
        format = word
        break
      }
      default:
        throw unsupported(
          `the option ${option.name.name.toUpperCase()} of EXPLAIN`,
          option.span,
          'The options are ANALYZE, VERBOSE and FORMAT.',
        )
    }
  }
  const bound = await bindStatement(statement.statement, context)
  if (bound.kind !== 'query' && bound.kind !== 'insert' && bound.kind !== 'create_table') {
    throw unsupported(`EXPLAIN of ${statementName(statement.statement)}`, statement.statement.span)
  }
  return { kind: 'explain', statement: bound, analyze, verbose, format }
}

function optionWord({ value }: ast.Option): string | undefined {
  if (value?.kind === 'column')
    return value.parts
      .map((part) => part.name)
      .join('.')
      .toLowerCase()
  if (value?.kind === 'string') return value.value.toLowerCase()
  if (value?.kind === 'number') return value.text
  return value?.kind === 'boolean' ? String(value.value) : undefined
}

function optionFlag(option: ast.Option): boolean {
  if (option.value === undefined) return true
  const word = optionWord(option)
  if (word === 'true' || word === 'on' || word === '1') return true
  if (word === 'false' || word === 'off' || word === '0') return false
  throw bindError('INVALID_OPTION', `${option.name.name.toUpperCase()} is either on or off`, option.span)
}

/** The statement is bound once to find its mistakes and the types of its parameters. */
async function bindPrepare(statement: ast.Prepare, context: BindContext): Promise<BoundPrepare> {
  const inner = statement.statement
  const bound = await bindStatement(inner, { ...context, parameters: { kind: 'unknown', types: declaredTypes(statement) } })
  if (bound.kind !== 'query' && bound.kind !== 'insert' && bound.kind !== 'create_table') {
    throw unsupported(`PREPARE of ${statementName(inner)}`, inner.span)
  }
  return { kind: 'prepare', name: statement.name.name.toLowerCase(), statement: inner, text: context.text, parameters: bound.parameters }
}
