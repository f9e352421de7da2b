/** One notation for two trees: what is written here for ours and for Postgres's must come out the same. */
import { expect, it } from 'vitest'
import type {
  Call,
  Expression,
  GroupingElement,
  Identifier,
  ObjectName,
  OrderBy,
  Query,
  QueryBody,
  Statement,
  TableReference,
} from '../ast/index.js'
import { parseStatement } from '../parser/parse.js'

type Json = Readonly<Record<string, unknown>>

export function ourShape(statement: Statement): string {
  if (statement.kind !== 'query') throw new Error(`not a query: ${statement.kind}`)
  return query(statement)
}

export function postgresShape(parsed: unknown): string {
  return items(field(parsed, 'stmts'))
    .map((raw) => pgNode(field(raw, 'stmt')))
    .join(';')
}

function fold(name: Identifier): string {
  return name.quoted ? name.name : name.name.toLowerCase()
}

function dotted(name: ObjectName): string {
  return name.parts.map(fold).join('.')
}

function list(expressions: readonly Expression[]): string {
  return `[${expressions.map(ours).join(' ')}]`
}

function query(node: Query): string {
  const parts = [body(node.body)]
  if (node.with !== undefined) {
    const tables = node.with.tables.map((table) => `${fold(table.name)}(${table.columns.map(fold).join(' ')})=${ourShape(table.statement)}`)
    parts.unshift(`with ${tables.join(' ')}`)
  }
  if (node.orderBy !== undefined) parts.push(order(node.orderBy))
  if (node.limit !== undefined) parts.push(`limit ${ours(node.limit.count)}`)
  if (node.offset !== undefined) parts.push(`offset ${ours(node.offset)}`)
  return parts.join(' ')
}

function body(node: QueryBody): string {
  switch (node.kind) {
    case 'query':
      return query(node)
    case 'values':
      return `values ${node.rows.map((row) => list(row.elements)).join(' ')}`
    case 'set_operation':
      return node.inputs
        .slice(1)
        .reduce((left, input) => `{${left} ${node.operator}${node.all ? ' all' : ''} ${body(input)}}`, body(node.inputs[0]!))
    default: {
      const distinct = node.distinct === undefined ? '' : `distinct${list(node.distinct.on)} `
      const selected = node.items.map(({ expression, alias }) => ours(expression) + (alias === undefined ? '' : `=${fold(alias)}`))
      const parts = [`select ${distinct}${selected.join(' ')}`]
      if (node.from.length > 0) parts.push(`from ${node.from.map(table).join(' , ')}`)
      if (node.where !== undefined) parts.push(`where ${ours(node.where)}`)
      if (node.groupBy !== undefined) parts.push(`group ${node.groupBy.elements.map(grouping).join(' ')}`)
      if (node.having !== undefined) parts.push(`having ${ours(node.having)}`)
      return parts.join(' ')
    }
  }
}

function grouping(element: GroupingElement): string {
  if (element.kind === 'grouping_expression') return ours(element.expression)
  if (element.kind === 'grouping_tuple')
    return element.expressions.length === 0 ? 'empty()' : `row(${element.expressions.map(ours).join(' ')})`
  return `${element.form}(${element.elements.map(grouping).join(' ')})`
}

function table(node: TableReference): string {
  const alias = node.alias === undefined ? '' : ` as ${fold(node.alias.name)}(${node.alias.columns.map(fold).join(' ')})`
  switch (node.kind) {
    case 'named_table':
      return dotted(node.name) + alias
    case 'derived_table':
      return `(${query(node.query)})${alias}`
    case 'table_function':
      return `${dotted(node.name)}(${node.arguments.map((argument) => ours(argument.value)).join(' ')})${alias}`
    case 'join': {
      const type = node.type === 'cross' ? 'inner' : node.type
      const condition =
        (node.on === undefined ? '' : ` on ${ours(node.on)}`) + (node.using.length === 0 ? '' : ` using ${node.using.map(fold).join(' ')}`)
      return `<${table(node.left)} ${node.natural ? 'natural ' : ''}${type} ${table(node.right)}${condition}>${alias}`
    }
    default:
      throw new Error(`Postgres has no ${node.kind}`)
  }
}

function order(orderBy: OrderBy): string {
  const keys = orderBy.keys.map(({ expression, direction, nulls }) => {
    return ours(expression) + (direction === undefined ? '' : ` ${direction}`) + (nulls === undefined ? '' : ` nulls ${nulls}`)
  })
  return `order ${keys.join(', ')}`
}

function ours(node: Expression): string {
  switch (node.kind) {
    case 'null':
      return 'null'
    case 'boolean':
      return String(node.value)
    case 'number':
      return /^\d+$/.test(node.text) ? BigInt(node.text).toString() : node.text
    case 'string':
      return JSON.stringify(node.value)
    case 'blob':
      return `x${node.hex}`
    case 'typed_literal':
      return `cast(${JSON.stringify(node.value)})`
    case 'interval':
      return `cast(${ours(node.parts[0]!.value)})`
    case 'parameter':
      return `$${node.index}`
    case 'column':
      return node.parts.map(fold).join('.')
    case 'star':
      return node.qualifier === undefined ? '*' : `${dotted(node.qualifier)}.*`
    case 'unary': {
      const operand = ours(node.operand)
      // Postgres folds the sign into a constant.
      if (node.operator === '-' && /^-?[\d.]/.test(operand))
        return operand.startsWith('-') ? operand.slice(1) : operand === '0' ? '0' : `-${operand}`
      return `(${node.operator} ${operand})`
    }
    case 'binary':
      return `(${ours(node.left)} ${node.operator} ${ours(node.right)})`
    case 'not':
      return `(not ${ours(node.operand)})`
    case 'and':
    case 'or':
      return `(${flat(node).map(ours).join(` ${node.kind} `)})`
    case 'is_test':
      return `(${ours(node.operand)} is ${node.negated ? 'not ' : ''}${node.test})`
    case 'is_distinct':
      return `(${ours(node.left)} ${node.negated ? 'not ' : ''}distinct ${ours(node.right)})`
    case 'between': {
      const words = `${node.negated ? 'not ' : ''}between${node.symmetric ? ' symmetric' : ''}`
      return `(${ours(node.operand)} ${words} ${ours(node.low)} ${ours(node.high)})`
    }
    case 'in_list':
      return `(${ours(node.operand)} ${node.negated ? '<>' : '='} in ${list(node.items)})`
    case 'in_subquery': {
      const inside = `(${ours(node.operand)} in ${query(node.query)})`
      return node.negated ? `(not ${inside})` : inside
    }
    case 'pattern_match': {
      const pattern = node.escape === undefined ? ours(node.pattern) : `escape(${ours(node.pattern)} ${ours(node.escape)})`
      return `(${ours(node.operand)} ${node.negated ? '!' : ''}${patternNames[node.operator]} ${pattern})`
    }
    case 'quantified': {
      const inside = node.query === undefined ? ours(node.list!) : query(node.query)
      return `(${ours(node.operand)} ${node.operator === 'like' ? '~~' : node.operator} ${node.quantifier} ${inside})`
    }
    case 'case': {
      const arms = node.branches.map((branch) => `when ${ours(branch.when)} then ${ours(branch.then)}`).join(' ')
      const operand = node.operand === undefined ? '' : `${ours(node.operand)} `
      return `case(${operand}${arms}${node.otherwise === undefined ? '' : ` else ${ours(node.otherwise)}`})`
    }
    case 'cast':
      return `cast(${ours(node.operand)})`
    case 'collate':
      return `collate(${ours(node.operand)})`
    case 'call':
      return call(node)
    case 'row':
      return `row(${node.elements.map(ours).join(' ')})`
    case 'list':
      return `array${list(node.elements)}`
    case 'subscript':
      return `${ours(node.operand)}[${ours(node.index)}]`
    case 'field':
      return `${ours(node.operand)}.${fold(node.name)}`
    case 'subquery':
      return `(${query(node.query)})`
    case 'exists':
      return `exists(${query(node.query)})`
    case 'array_subquery':
      return `array(${query(node.query)})`
    default:
      throw new Error(`Postgres has no ${node.kind}`)
  }
}

const patternNames = { like: '~~', ilike: '~~*', similar: '~ similar', glob: 'glob', regexp: 'regexp' } as const

/** Postgres makes one node of a chain whose left end stands in parentheses. */
function flat(node: Extract<Expression, { kind: 'and' | 'or' }>): readonly Expression[] {
  const [first, ...rest] = node.operands
  return first?.kind === node.kind ? [...flat(first), ...rest] : node.operands
}

function call(node: Call): string {
  const name = node.name.parts.map((part) => part.name.toLowerCase()).join('.')
  const args = node.arguments.map((argument) => ours(argument.value)).join(' ')
  const over =
    node.over === undefined
      ? ''
      : ` over(${node.over.partitionBy.map(ours).join(' ')};${node.over.orderBy === undefined ? '' : order(node.over.orderBy)})`
  const filter = node.filter === undefined ? '' : ` filter ${ours(node.filter)}`
  return `${name}(${node.distinct ? 'distinct ' : ''}${args})${filter}${over}`
}

// From here on, the same for the tree of libpg-query: one key names the node, what is left out has its default.

function field(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null ? (node as Json)[name] : undefined
}

function text(node: unknown, name: string): string {
  const value = field(node, name)
  return typeof value === 'string' ? value : ''
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function names(value: unknown): string[] {
  return items(value).map((part) => (field(part, 'A_Star') === undefined ? text(field(part, 'String'), 'sval') : '*'))
}

function pgAll(value: unknown): string[] {
  return items(value).map(pgNode)
}

function pgNode(wrapped: unknown): string {
  if (typeof wrapped !== 'object' || wrapped === null) throw new Error('nothing there')
  const [kind, node] = Object.entries(wrapped)[0]!
  const reader = pgReaders[kind]
  if (reader === undefined) throw new Error(`unknown node ${kind}`)
  return reader(node)
}

const pgReaders: Readonly<Record<string, (node: unknown) => string>> = {
  SelectStmt: pgSelect,
  A_Const: pgConstant,
  ColumnRef: (node) => names(field(node, 'fields')).join('.'),
  ParamRef: (node) => `$${String(field(node, 'number'))}`,
  A_Expr: pgOperator,
  BoolExpr: pgBoolean,
  NullTest: (node) => `(${pgNode(field(node, 'arg'))} is ${text(node, 'nulltesttype') === 'IS_NOT_NULL' ? 'not ' : ''}null)`,
  BooleanTest: (node) => `(${pgNode(field(node, 'arg'))} ${text(node, 'booltesttype').toLowerCase().replaceAll('_', ' ')})`,
  SubLink: pgSubLink,
  CaseExpr: pgCase,
  TypeCast: (node) => `cast(${pgNode(field(node, 'arg'))})`,
  CollateClause: (node) => `collate(${pgNode(field(node, 'arg'))})`,
  FuncCall: pgCall,
  CoalesceExpr: (node) => `coalesce(${pgAll(field(node, 'args')).join(' ')})`,
  MinMaxExpr: (node) => `${text(node, 'op') === 'IS_LEAST' ? 'least' : 'greatest'}(${pgAll(field(node, 'args')).join(' ')})`,
  GroupingFunc: (node) => `grouping(${pgAll(field(node, 'args')).join(' ')})`,
  SQLValueFunction: (node) => `${text(node, 'op').replace('SVFOP_', '').toLowerCase()}()`,
  RowExpr: (node) => `row(${pgAll(field(node, 'args')).join(' ')})`,
  A_ArrayExpr: (node) => `array[${pgAll(field(node, 'elements')).join(' ')}]`,
  List: (node) => `[${pgAll(field(node, 'items')).join(' ')}]`,
  A_Indirection: (node) => items(field(node, 'indirection')).reduce<string>(pgIndirection, pgNode(field(node, 'arg'))),
  ResTarget: (node) => pgNode(field(node, 'val')) + (text(node, 'name') === '' ? '' : `=${text(node, 'name')}`),
  RangeVar: (node) =>
    [text(node, 'catalogname'), text(node, 'schemaname'), text(node, 'relname')].filter((part) => part !== '').join('.') + pgAlias(node),
  RangeSubselect: (node) => `(${pgNode(field(node, 'subquery'))})${pgAlias(node)}`,
  RangeFunction: (node) => pgNode(items(field(field(items(field(node, 'functions'))[0], 'List'), 'items'))[0]) + pgAlias(node),
  JoinExpr: pgJoin,
  GroupingSet: (node) => `${text(node, 'kind').replace('GROUPING_SET_', '').toLowerCase()}(${pgAll(field(node, 'content')).join(' ')})`,
}

function pgIndirection(operand: string, step: unknown): string {
  const indices = field(step, 'A_Indices')
  return indices === undefined ? `${operand}.${text(field(step, 'String'), 'sval')}` : `${operand}[${pgNode(field(indices, 'uidx'))}]`
}

function pgAlias(node: unknown): string {
  const alias = field(node, 'alias')
  return alias === undefined ? '' : ` as ${text(alias, 'aliasname')}(${names(field(alias, 'colnames')).join(' ')})`
}

function pgConstant(node: unknown): string {
  if (field(node, 'isnull') === true) return 'null'
  const [kind, value] = Object.entries(node as Json).find(([key]) => key !== 'location')!
  if (kind === 'boolval') return String(field(value, 'boolval') === true)
  if (kind === 'sval') return JSON.stringify(text(value, 'sval'))
  if (kind === 'bsval') return text(value, 'bsval').toLowerCase()
  return kind === 'ival' ? String(field(value, 'ival') ?? 0) : text(value, 'fval')
}

function pgOperator(node: unknown): string {
  const name = names(field(node, 'name')).at(-1)!
  const kind = text(node, 'kind').replace('AEXPR_', '')
  const left = field(node, 'lexpr') === undefined ? '' : pgNode(field(node, 'lexpr'))
  if (kind.includes('BETWEEN')) {
    const bounds = pgAll(field(field(field(node, 'rexpr'), 'List'), 'items'))
    return `(${left} ${kind.startsWith('NOT') ? 'not ' : ''}between${kind.endsWith('SYM') ? ' symmetric' : ''} ${bounds.join(' ')})`
  }
  const right = pgNode(field(node, 'rexpr'))
  switch (kind) {
    case 'IN':
      return `(${left} ${name} in ${right})`
    case 'DISTINCT':
      return `(${left} distinct ${right})`
    case 'NOT_DISTINCT':
      return `(${left} not distinct ${right})`
    case 'OP_ANY':
      return `(${left} ${name} any ${right})`
    case 'OP_ALL':
      return `(${left} ${name} all ${right})`
    case 'NULLIF':
      return `nullif(${left} ${right})`
    case 'SIMILAR':
      return `(${left} ${name} similar ${right.replace(/^similar_to_escape\((.*)\)$/s, '$1')})`
    default:
      return left === '' ? `(${name} ${right})` : `(${left} ${name} ${right.replace(/^like_escape\((.*)\)$/s, 'escape($1)')})`
  }
}

function pgBoolean(node: unknown): string {
  const args = pgAll(field(node, 'args'))
  const operator = text(node, 'boolop')
  if (operator === 'NOT_EXPR') return `(not ${args[0]!})`
  return `(${args.join(operator === 'AND_EXPR' ? ' and ' : ' or ')})`
}

function pgSubLink(node: unknown): string {
  const inside = pgNode(field(node, 'subselect'))
  const kind = text(node, 'subLinkType')
  if (kind === 'EXPR_SUBLINK') return `(${inside})`
  if (kind === 'EXISTS_SUBLINK') return `exists(${inside})`
  if (kind === 'ARRAY_SUBLINK') return `array(${inside})`
  const tested = pgNode(field(node, 'testexpr'))
  const [operator] = names(field(node, 'operName'))
  return operator === undefined ? `(${tested} in ${inside})` : `(${tested} ${operator} ${kind === 'ANY_SUBLINK' ? 'any' : 'all'} ${inside})`
}

function pgCase(node: unknown): string {
  const arms = items(field(node, 'args'))
    .map((arm) => field(arm, 'CaseWhen'))
    .map((arm) => `when ${pgNode(field(arm, 'expr'))} then ${pgNode(field(arm, 'result'))}`)
  const operand = field(node, 'arg') === undefined ? '' : `${pgNode(field(node, 'arg'))} `
  return `case(${operand}${arms.join(' ')}${field(node, 'defresult') === undefined ? '' : ` else ${pgNode(field(node, 'defresult'))}`})`
}

/** What the forms with words of their own are called there and here. */
const callNames: Readonly<Record<string, string>> = { extract: 'date_part', position: 'strpos', btrim: 'trim' }

function pgCall(node: unknown): string {
  const parts = names(field(node, 'funcname')).filter((part) => part !== 'pg_catalog')
  const special = text(node, 'funcformat') === 'COERCE_SQL_SYNTAX'
  const name = special ? (callNames[parts[0]!] ?? parts[0]!) : parts.join('.')
  const args = field(node, 'agg_star') === true ? '*' : pgAll(field(node, 'args')).join(' ')
  const over = field(node, 'over')
  const window =
    over === undefined
      ? ''
      : ` over(${pgAll(field(over, 'partitionClause')).join(' ')};${pgOrder(field(over, 'orderClause'))})`
  const filter = field(node, 'agg_filter') === undefined ? '' : ` filter ${pgNode(field(node, 'agg_filter'))}`
  return `${name}(${field(node, 'agg_distinct') === true ? 'distinct ' : ''}${args})${filter}${window}`
}

function pgOrder(clause: unknown): string {
  const keys = items(clause)
    .map((key) => field(key, 'SortBy'))
    .map((key) => {
      const direction = text(key, 'sortby_dir').replace('SORTBY_', '').toLowerCase()
      const nulls = text(key, 'sortby_nulls').replace('SORTBY_NULLS_', '').toLowerCase()
      return pgNode(field(key, 'node')) + (direction === 'default' ? '' : ` ${direction}`) + (nulls === 'default' ? '' : ` nulls ${nulls}`)
    })
  return keys.length === 0 ? '' : `order ${keys.join(', ')}`
}

function pgJoin(node: unknown): string {
  const type = text(node, 'jointype').replace('JOIN_', '').toLowerCase()
  const condition = field(node, 'quals') === undefined ? '' : ` on ${pgNode(field(node, 'quals'))}`
  const using = items(field(node, 'usingClause')).length === 0 ? '' : ` using ${names(field(node, 'usingClause')).join(' ')}`
  const natural = field(node, 'isNatural') === true ? 'natural ' : ''
  return `<${pgNode(field(node, 'larg'))} ${natural}${type} ${pgNode(field(node, 'rarg'))}${condition}${using}>${pgAlias(node)}`
}

function pgSelect(node: unknown): string {
  const parts: string[] = []
  const common = field(node, 'withClause')
  if (common !== undefined) parts.push(`with ${items(field(common, 'ctes')).map(pgCommonTable).join(' ')}`)
  parts.push(pgSelectBody(node))
  if (items(field(node, 'sortClause')).length > 0) parts.push(pgOrder(field(node, 'sortClause')))
  if (field(node, 'limitCount') !== undefined) parts.push(`limit ${pgNode(field(node, 'limitCount'))}`)
  if (field(node, 'limitOffset') !== undefined) parts.push(`offset ${pgNode(field(node, 'limitOffset'))}`)
  return parts.join(' ')
}

function pgCommonTable(wrapped: unknown): string {
  const table = field(wrapped, 'CommonTableExpr')
  return `${text(table, 'ctename')}(${names(field(table, 'aliascolnames')).join(' ')})=${pgNode(field(table, 'ctequery'))}`
}

function pgSelectBody(node: unknown): string {
  const operation = text(node, 'op').replace('SETOP_', '').toLowerCase()
  if (operation !== 'none')
    return `{${pgSelect(field(node, 'larg'))} ${operation}${field(node, 'all') === true ? ' all' : ''} ${pgSelect(field(node, 'rarg'))}}`
  if (field(node, 'valuesLists') !== undefined) return `values ${pgAll(field(node, 'valuesLists')).join(' ')}`
  const distinct = field(node, 'distinctClause')
  const on = items(distinct).filter((item) => typeof item === 'object' && item !== null && Object.keys(item).length > 0)
  const parts = [
    `select ${distinct === undefined ? '' : `distinct[${on.map(pgNode).join(' ')}] `}${pgAll(field(node, 'targetList')).join(' ')}`,
  ]
  if (field(node, 'fromClause') !== undefined) parts.push(`from ${pgAll(field(node, 'fromClause')).join(' , ')}`)
  if (field(node, 'whereClause') !== undefined) parts.push(`where ${pgNode(field(node, 'whereClause'))}`)
  if (field(node, 'groupClause') !== undefined) parts.push(`group ${pgAll(field(node, 'groupClause')).join(' ')}`)
  if (field(node, 'havingClause') !== undefined) parts.push(`having ${pgNode(field(node, 'havingClause'))}`)
  return parts.join(' ')
}

it('writes our tree in the notation', () => {
  expect(ourShape(parseStatement('SELECT a, -1 FROM t WHERE NOT b AND c = d'))).toBe('select a -1 from t where ((not b) and (c = d))')
})
