/** Queries as canonical text. */
import type {
  CommonTable,
  GroupBy,
  GroupingElement,
  Limit,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperation,
  With,
} from '../ast/index.js'
import { unreachable } from '@artemis/errors'
import { Precedence } from '../parser/precedence.js'
import { joinWords, printNamedWindow, printOrderBy } from './call.js'
import type { Printers } from './context.js'
import { printList, printRow } from './expression.js'
import { printIdentifier, printNames } from './name.js'
import { printSample, printTable } from './table.js'

export function printQuery(printers: Printers, query: Query): string {
  return joinWords([
    query.with === undefined ? '' : printWith(printers, query.with),
    printBody(printers, query.body),
    query.orderBy === undefined ? '' : printOrderBy(printers, query.orderBy),
    query.limit === undefined || query.limit.withTies ? '' : printLimit(printers, query.limit),
    query.offset === undefined ? '' : `OFFSET ${printers.expression(query.offset, Precedence.lowest)}`,
    query.limit?.withTies === true ? printLimit(printers, query.limit) : '',
  ])
}

export function printWith(printers: Printers, withClause: With): string {
  return `WITH ${withClause.recursive ? 'RECURSIVE ' : ''}${withClause.tables.map((table) => printCommonTable(printers, table)).join(', ')}`
}

function printCommonTable(printers: Printers, table: CommonTable): string {
  const columns = table.columns.length === 0 ? '' : ` ${printNames(table.columns)}`
  const materialized = table.materialized === undefined ? '' : table.materialized ? 'MATERIALIZED ' : 'NOT MATERIALIZED '
  return `${printIdentifier(table.name)}${columns} AS ${materialized}(${printers.statement(table.statement)})`
}

function printBody(printers: Printers, body: QueryBody): string {
  switch (body.kind) {
    case 'select':
      return printSelect(printers, body)
    case 'values':
      return `VALUES ${body.rows.map((row) => printRow(printers, row)).join(', ')}`
    case 'set_operation':
      return printSetOperation(printers, body)
    case 'query':
      return `(${printers.query(body)})`
    default:
      return unreachable(body, 'query')
  }
}

function printSetOperation(printers: Printers, operation: SetOperation): string {
  const words = ` ${operation.operator.toUpperCase()}${operation.all ? ' ALL' : ''}${operation.byName ? ' BY NAME' : ''} `
  const inputs = operation.inputs.map((input, index) => {
    const text = printBody(printers, input)
    return input.kind === 'set_operation' && needsParentheses(operation, input, index === 0) ? `(${text})` : text
  })
  return inputs.join(words)
}

/** INTERSECT binds tightest; a chain at the left stands bare when its operator is another one than the outer. */
function needsParentheses(outer: SetOperation, inner: SetOperation, first: boolean): boolean {
  if (inner.operator === 'intersect' && outer.operator !== 'intersect') return false
  if (!first || (inner.operator === 'intersect') !== (outer.operator === 'intersect')) return true
  return inner.operator === outer.operator && inner.all === outer.all && inner.byName === outer.byName
}

function printSelect(printers: Printers, select: Select): string {
  const print = printers.expression
  return joinWords([
    'SELECT',
    printDistinct(printers, select),
    printItems(printers, select.items),
    select.from.length === 0 ? '' : `FROM ${select.from.map((table) => printTable(printers, table)).join(', ')}`,
    select.where === undefined ? '' : `WHERE ${print(select.where, Precedence.lowest)}`,
    select.groupBy === undefined ? '' : printGroupBy(printers, select.groupBy),
    select.having === undefined ? '' : `HAVING ${print(select.having, Precedence.lowest)}`,
    select.windows.length === 0 ? '' : `WINDOW ${select.windows.map((window) => printNamedWindow(printers, window)).join(', ')}`,
    select.qualify === undefined ? '' : `QUALIFY ${print(select.qualify, Precedence.lowest)}`,
    select.sample === undefined ? '' : `USING SAMPLE ${printSample(printers, select.sample)}`,
  ])
}

function printDistinct(printers: Printers, select: Select): string {
  if (select.distinct === undefined) return ''
  return select.distinct.on.length === 0 ? 'DISTINCT' : `DISTINCT ON (${printList(printers, select.distinct.on)})`
}

export function printItems(printers: Printers, items: readonly SelectItem[]): string {
  return items
    .map(
      (item) =>
        printers.expression(item.expression, Precedence.lowest) + (item.alias === undefined ? '' : ` AS ${printIdentifier(item.alias)}`),
    )
    .join(', ')
}

function printGroupBy(printers: Printers, groupBy: GroupBy): string {
  if (groupBy.all) return 'GROUP BY ALL'
  const elements = groupBy.elements.map((element) => printGroupingElement(printers, element)).join(', ')
  return `GROUP BY ${groupBy.distinct ? 'DISTINCT ' : ''}${elements}`
}

function printGroupingElement(printers: Printers, element: GroupingElement): string {
  switch (element.kind) {
    case 'grouping_expression': {
      const text = printers.expression(element.expression, Precedence.lowest)
      // A row here without its word would be a tuple of several columns.
      return element.expression.kind === 'row' && element.expression.elements.length > 1 ? `ROW${text}` : text
    }
    case 'grouping_tuple':
      return `(${printList(printers, element.expressions)})`
    case 'grouping_sets': {
      const word = element.form === 'sets' ? 'GROUPING SETS' : element.form.toUpperCase()
      return `${word} (${element.elements.map((inner) => printGroupingElement(printers, inner)).join(', ')})`
    }
    default:
      return unreachable(element, 'grouping element')
  }
}

function printLimit(printers: Printers, limit: Limit): string {
  const percent = limit.percent ? ' PERCENT' : ''
  if (limit.withTies) return `FETCH FIRST ${printers.expression(limit.count, Precedence.additive)}${percent} ROWS WITH TIES`
  return `LIMIT ${printers.expression(limit.count, Precedence.lowest)}${percent}`
}
