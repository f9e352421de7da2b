/** Statements as canonical text. */
import type { Copy, Describe, Explain, Show, Statement, Summarize } from '../ast/index.js'
import { unreachable } from '@artemis/errors'
import { Precedence } from '../parser/precedence.js'
import { joinWords, printArguments } from './call.js'
import { printDelete, printInsert, printMerge, printUpdate } from './change.js'
import type { Printers } from './context.js'
import { printAlterOther, printAlterTable, printCreateSchema, printCreateTable, printCreateView, printDrop } from './definition.js'
import { printList } from './expression.js'
import { printIdentifier, printName, printNames, printType, quoteString } from './name.js'
import { printOptions } from './option.js'

export function printStatementWith(printers: Printers, statement: Statement): string {
  switch (statement.kind) {
    case 'query':
      return printers.query(statement)
    case 'insert':
      return printInsert(printers, statement)
    case 'update':
      return printUpdate(printers, statement)
    case 'delete':
      return printDelete(printers, statement)
    case 'merge':
      return printMerge(printers, statement)
    case 'truncate':
      return `TRUNCATE TABLE ${printName(statement.table)}`
    case 'create_table':
      return printCreateTable(printers, statement)
    case 'create_schema':
      return printCreateSchema(printers, statement)
    case 'create_view':
      return printCreateView(printers, statement)
    case 'drop':
      return printDrop(statement)
    case 'alter_table':
      return printAlterTable(printers, statement)
    case 'alter_other':
      return printAlterOther(printers, statement)
    case 'unsupported_statement':
      return statement.text
    default:
      return printSessionStatement(printers, statement)
  }
}

type DataStatement = Extract<
  Statement,
  {
    kind:
      | 'query'
      | 'insert'
      | 'update'
      | 'delete'
      | 'merge'
      | 'truncate'
      | 'create_table'
      | 'create_schema'
      | 'create_view'
      | 'drop'
      | 'alter_table'
      | 'alter_other'
      | 'unsupported_statement'
  }
>

function printSessionStatement(printers: Printers, statement: Exclude<Statement, DataStatement>): string {
  switch (statement.kind) {
    case 'explain':
      return printExplain(printers, statement)
    case 'describe':
      return printDescribe(printers, statement)
    case 'summarize':
      return `SUMMARIZE ${printTarget(printers, statement)}`
    case 'show':
      return printShow(statement)
    case 'set':
      return joinWords(['SET', statement.scope?.toUpperCase() ?? '', printName(statement.name), '=', printList(printers, statement.values)])
    case 'reset':
      return joinWords(['RESET', statement.scope?.toUpperCase() ?? '', statement.name === undefined ? 'ALL' : printName(statement.name)])
    case 'use':
      return `USE ${printName(statement.name)}`
    case 'prepare': {
      const types = statement.types.length === 0 ? '' : ` (${statement.types.map(printType).join(', ')})`
      return `PREPARE ${printIdentifier(statement.name)}${types} AS ${printers.statement(statement.statement)}`
    }
    case 'execute': {
      const args = statement.arguments.length === 0 ? '' : `(${printArguments(printers, statement.arguments)})`
      return `EXECUTE ${printIdentifier(statement.name)}${args}`
    }
    case 'deallocate':
      return `DEALLOCATE ${statement.name === undefined ? 'ALL' : printIdentifier(statement.name)}`
    case 'transaction':
      return joinWords([statement.action.toUpperCase(), statement.modes.join(', ').toUpperCase()])
    case 'copy':
      return printCopy(printers, statement)
    case 'call_procedure':
      return `CALL ${printName(statement.name)}(${printArguments(printers, statement.arguments)})`
    case 'analyze':
      return joinWords([
        'ANALYZE',
        statement.table === undefined ? '' : printName(statement.table),
        statement.columns.length === 0 ? '' : printNames(statement.columns),
      ])
    case 'vacuum':
      return joinWords(['VACUUM', statement.analyze ? 'ANALYZE' : '', statement.table === undefined ? '' : printName(statement.table)])
    default:
      return unreachable(statement, 'statement')
  }
}

function printExplain(printers: Printers, explain: Explain): string {
  const options = explain.options.length === 0 ? '' : printOptions(printers, explain.options)
  return joinWords(['EXPLAIN', explain.analyze ? 'ANALYZE' : '', options, printers.statement(explain.statement)])
}

function printDescribe(printers: Printers, describe: Describe): string {
  const object = describe.statement === undefined ? describe.object.toUpperCase() : ''
  return joinWords(['DESCRIBE', object, describe.extended ? 'EXTENDED' : '', printTarget(printers, describe)])
}

function printTarget(printers: Printers, target: Describe | Summarize): string {
  if (target.name !== undefined) return printName(target.name)
  return target.statement === undefined ? '' : printers.statement(target.statement)
}

function printShow(show: Show): string {
  const name = show.name === undefined ? '' : printName(show.name)
  switch (show.object) {
    case 'setting':
      return `SHOW ${name}`
    case 'create table':
    case 'create view':
      return `SHOW ${show.object.toUpperCase()} ${name}`
    default: {
      if (show.object === 'settings' && show.pattern === undefined) return 'SHOW ALL'
      const word = show.object === 'properties' ? 'TBLPROPERTIES' : show.object.toUpperCase()
      const pattern = show.pattern === undefined ? '' : `${show.pattern.operator.toUpperCase()} ${quoteString(show.pattern.pattern)}`
      const full = show.object === 'tables' ? 'ALL' : 'FULL'
      return joinWords(['SHOW', show.full ? full : '', word, name === '' ? '' : `IN ${name}`, pattern])
    }
  }
}

function printCopy(printers: Printers, copy: Copy): string {
  const source =
    copy.statement === undefined ? (copy.table === undefined ? '' : printName(copy.table)) : `(${printers.statement(copy.statement)})`
  return joinWords([
    'COPY',
    source,
    copy.columns.length === 0 ? '' : printNames(copy.columns),
    copy.direction.toUpperCase(),
    printers.expression(copy.location, Precedence.other),
    copy.options.length === 0 ? '' : `WITH ${printOptions(printers, copy.options)}`,
  ])
}
