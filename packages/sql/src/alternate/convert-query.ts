/** The other parser's SELECT as ours. */
import type {
  CommonTable,
  DerivedTable,
  Expression,
  GroupBy,
  GroupingElement,
  Join,
  Limit,
  NamedTable,
  ObjectName,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperation,
  TableAlias,
  TableReference,
  Values,
  With,
} from '../ast/index.js'
import { node } from '../parser/node.js'
import { ExpressionConverter } from './convert-expression.js'
import type { Foreign, Reading } from './foreign.js'
import { isForeign } from './foreign.js'
import { around } from './reassociate.js'

/** A statement, or a subquery as `{ ast }`. */
export function convertQuery(reading: Reading, value: unknown): Query {
  const statement = isForeign(value) && value['ast'] !== undefined ? reading.parts(value, 'ast')['ast'] : value
  return new QueryConverter(reading).query(statement)
}

interface Member {
  readonly select: Foreign
  /** The operator between this member and the next. */
  readonly operator: string | undefined
}

class QueryConverter {
  readonly #reading: Reading
  readonly #expressions: ExpressionConverter

  constructor(reading: Reading) {
    this.#reading = reading
    this.#expressions = new ExpressionConverter(reading, convertQuery)
  }

  query(value: unknown): Query {
    if (!isForeign(value) || value['type'] !== 'select') throw this.#reading.refuse('its tree has another form than expected')
    const withClause = this.#with(value['with'])
    const members = this.#members(value)
    const last = members.at(-1)!.select
    for (const { select } of members.slice(0, -1)) {
      const limit = select['limit']
      const hasLimit = isForeign(limit) && this.#reading.list(limit['value']).length > 0
      if (this.#reading.list(select['orderby']).length > 0 || hasLimit)
        throw this.#reading.refuse('it forgets the parentheses of set operations')
    }
    const body = this.#body(members)
    const orderBy = this.#expressions.orderBy(last['orderby'])
    const { limit, offset } = this.#limit(last['limit'])
    return node<Query>({ kind: 'query', with: withClause, body, orderBy, limit, offset, span: this.#reading.place })
  }

  #members(first: Foreign): Member[] {
    const members: Member[] = []
    for (let select: unknown = first; isForeign(select); select = select['_next']) {
      if (select['parentheses_symbol'] === true) throw this.#reading.refuse('it forgets the parentheses of set operations')
      const operator = select['set_op']
      members.push({ select, operator: typeof operator === 'string' ? operator : undefined })
    }
    return members
  }

  /** INTERSECT first, then the rest from the left, each run of one operator as one chain. */
  #body(members: readonly Member[]): QueryBody {
    const bodies: QueryBody[] = [this.#select(members[0]!.select)]
    const operators: string[] = []
    for (const [index, { select }] of members.entries()) {
      if (index === 0) continue
      const operator = members[index - 1]!.operator ?? ''
      const right = this.#select(select)
      if (operator.startsWith('intersect')) {
        bodies.push(this.#extend(bodies.pop()!, right, operator))
      } else {
        bodies.push(right)
        operators.push(operator)
      }
    }
    return bodies.slice(1).reduce((left, right, index) => this.#extend(left, right, operators[index]!), bodies[0]!)
  }

  #extend(left: QueryBody, right: QueryBody, words: string): SetOperation {
    const [operator, quantifier, ...rest] = words.split(' ')
    const all = quantifier === 'all'
    const known = operator === 'union' || operator === 'intersect' || operator === 'except'
    if (!known || rest.length > 0 || (quantifier !== undefined && !all && quantifier !== 'distinct'))
      throw this.#reading.refuse(`its operator ${words} is not known`)
    const continues = left.kind === 'set_operation' && left.operator === operator && left.all === all
    const inputs = continues ? [...left.inputs, right] : [left, right]
    return node<SetOperation>({ kind: 'set_operation', operator, all, byName: false, inputs, span: this.#reading.place })
  }

  #with(value: unknown): With | undefined {
    const entries = this.#reading.list(value)
    if (entries.length === 0) return undefined
    const tables = entries.map((entry) => {
      const { name, stmt, columns } = this.#reading.parts(entry, 'name', 'stmt', 'columns')
      const statement = convertQuery(this.#reading, stmt)
      const names = this.#reading.list(columns).map((column) => {
        const reference = this.#expressions.expression(column)
        if (reference.kind !== 'column' || reference.parts.length !== 1)
          throw this.#reading.refuse('its WITH has another form than expected')
        return reference.parts[0]!
      })
      return node<CommonTable>({
        kind: 'common_table',
        name: this.#reading.name(name),
        columns: names,
        materialized: undefined,
        statement,
        span: statement.span,
      })
    })
    return node<With>({ kind: 'with', recursive: false, tables, span: around(tables[0]!, ...tables) })
  }

  #select(value: Foreign): Select {
    const parts = this.#reading.parts(
      value,
      'with',
      'distinct',
      'columns',
      'from',
      'where',
      'groupby',
      'having',
      'orderby',
      'limit',
      '_next',
      'set_op',
    )
    const { type: distinct } = this.#reading.parts(parts['distinct'] ?? {}, 'type')
    if (distinct !== undefined && distinct !== null && distinct !== 'DISTINCT')
      throw this.#reading.refuse('its DISTINCT has another form than expected')
    const optional = (part: unknown): Expression | undefined =>
      part === null || part === undefined ? undefined : this.#expressions.expression(part)
    return node<Select>({
      kind: 'select',
      distinct: distinct === 'DISTINCT' ? node({ kind: 'distinct' as const, on: [], span: this.#reading.place }) : undefined,
      items: this.#reading.list(parts['columns']).map((item) => this.#item(item)),
      from: this.#from(parts['from']),
      where: optional(parts['where']),
      groupBy: this.#groupBy(parts['groupby']),
      having: optional(parts['having']),
      windows: [],
      qualify: undefined,
      sample: undefined,
      span: this.#reading.place,
    })
  }

  #item(value: Foreign): SelectItem {
    const { expr, as } = this.#reading.parts(value, 'expr', 'as')
    const expression = this.#expressions.expression(expr)
    const alias = as === null || as === undefined ? undefined : this.#reading.name(as)
    return node<SelectItem>({ kind: 'select_item', expression, alias, span: expression.span })
  }

  #groupBy(value: unknown): GroupBy | undefined {
    if (value === null || value === undefined) return undefined
    const { columns } = this.#reading.parts(value, 'columns')
    const elements = this.#reading.list(columns).map((column): GroupingElement => {
      const expression = this.#expressions.expression(column)
      if (expression.kind === 'row') throw this.#reading.refuse('its GROUP BY has another form than expected')
      return node<GroupingElement>({ kind: 'grouping_expression', expression, span: expression.span })
    })
    return elements.length === 0
      ? undefined
      : node<GroupBy>({ kind: 'group_by', all: false, distinct: false, elements, span: around(elements[0]!, ...elements) })
  }

  /** A flat list: an element with a join belongs to the one before, the others stand behind commas. */
  #from(value: unknown): TableReference[] {
    const tables: TableReference[] = []
    for (const element of this.#reading.list(value)) {
      const table = this.#table(element)
      if (element['join'] === null || element['join'] === undefined) tables.push(table)
      else tables.push(this.#join(tables.pop(), table, element))
    }
    return tables
  }

  #join(left: TableReference | undefined, right: TableReference, element: Foreign): Join {
    const type = joinTypes[String(element['join']).toUpperCase()]
    if (type === undefined || left === undefined) throw this.#reading.refuse(`its join ${String(element['join'])} is not known`)
    const on = element['on'] === null || element['on'] === undefined ? undefined : this.#expressions.expression(element['on'])
    const using = this.#reading.list(element['using']).map((name) => this.#reading.name(name))
    if ((type === 'cross') === (on !== undefined || using.length > 0)) throw this.#reading.refuse('it loses the kind of a join')
    return node<Join>({
      kind: 'join',
      type,
      asof: false,
      natural: false,
      left,
      right,
      on,
      using,
      alias: undefined,
      span: around(left, right),
    })
  }

  #table(element: Foreign): TableReference {
    const parts = this.#reading.parts(element, 'db', 'schema', 'table', 'as', 'expr', 'join', 'on', 'using')
    const alias = this.#alias(parts['as'])
    if (parts['expr'] !== undefined && parts['expr'] !== null) return this.#derived(parts['expr'], alias)
    const names = [parts['db'], parts['schema'], parts['table']]
      .filter((part) => part !== null && part !== undefined && part !== '')
      .map((part) => this.#reading.name(part))
    const [first] = names
    if (first === undefined) throw this.#reading.refuse('its table has another form than expected')
    const span = around(first, ...names)
    const name = node<ObjectName>({ kind: 'object_name', parts: names, span })
    return node<NamedTable>({ kind: 'named_table', name, timeTravel: undefined, alias, sample: undefined, span })
  }

  #derived(value: unknown, alias: TableAlias | undefined): TableReference {
    if (isForeign(value) && value['type'] === 'tables') {
      const [only, ...rest] = this.#from(this.#reading.parts(value, 'expr')['expr'])
      if (only === undefined || rest.length > 0 || alias !== undefined)
        throw this.#reading.refuse('its parentheses in FROM have another form than expected')
      return only
    }
    const query = isForeign(value) && value['type'] === 'values' ? this.#values(value) : convertQuery(this.#reading, value)
    return node<DerivedTable>({ kind: 'derived_table', query, lateral: false, alias, sample: undefined, span: query.span })
  }

  #values(value: Foreign): Query {
    const rows = this.#reading.list(this.#reading.parts(value, 'values')['values']).map((row) => {
      const elements = this.#reading
        .list(this.#reading.parts(row, 'value')['value'])
        .map((element) => this.#expressions.expression(element))
      return node({ kind: 'row' as const, elements, span: this.#reading.place })
    })
    const body = node<Values>({ kind: 'values', rows, span: this.#reading.place })
    return node<Query>({ kind: 'query', with: undefined, body, orderBy: undefined, limit: undefined, offset: undefined, span: body.span })
  }

  #alias(value: unknown): TableAlias | undefined {
    if (value === null || value === undefined) return undefined
    // With columns it is one text: "x(a, b)".
    const [first, ...rest] = typeof value === 'string' ? value.replace(/\)$/, '').split(/[(,] */) : [value]
    const name = this.#reading.name(first)
    const columns = rest.map((column) => this.#reading.name(column))
    return node<TableAlias>({ kind: 'table_alias', name, columns, span: around(name, ...columns) })
  }

  #limit(value: unknown): { limit: Limit | undefined; offset: Expression | undefined } {
    if (value === null || value === undefined) return { limit: undefined, offset: undefined }
    const { seperator, value: counts } = this.#reading.parts(value, 'seperator', 'value')
    const [first, second] = this.#reading.list(counts).map((count) => this.#expressions.expression(count))
    if (first === undefined) return { limit: undefined, offset: undefined }
    if (seperator === 'offset' && second === undefined) return { limit: undefined, offset: first }
    if (seperator !== '' && seperator !== 'offset') throw this.#reading.refuse('its LIMIT has another form than expected')
    const limit = node<Limit>({ kind: 'limit', count: first, percent: false, withTies: false, span: first.span })
    return { limit, offset: second }
  }
}

const joinTypes: Readonly<Record<string, Join['type']>> = {
  'INNER JOIN': 'inner',
  JOIN: 'inner',
  'LEFT JOIN': 'left',
  'RIGHT JOIN': 'right',
  'FULL JOIN': 'full',
  'CROSS JOIN': 'cross',
}
