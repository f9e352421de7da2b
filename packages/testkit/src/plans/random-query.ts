/**
 * Random queries over small tables full of nulls, in SQL that DuckDB and we read alike. Nothing in them can raise an
 * error or depend on the order of rows, so every plan of a query must give the same rows.
 */

import type { SeededRandom } from '../demo/random.js'

export type ValueType = 'int' | 'big' | 'text' | 'date' | 'bool' | 'double'

export interface NamedColumn {
  /** As written in an expression: `t1.a`. */
  readonly text: string
  readonly type: ValueType
}

interface Relation {
  readonly sql: string
  /** Whether it needs parentheses on the right of a join. */
  readonly isJoin?: boolean
  readonly columns: readonly NamedColumn[]
}

const TABLES: Readonly<Record<string, readonly (readonly [string, ValueType])[]>> = {
  r: [['a', 'int'], ['b', 'int'], ['s', 'text'], ['d', 'date'], ['p', 'bool']],
  q: [['a', 'int'], ['l', 'big'], ['s', 'text'], ['x', 'double']],
  k: [['id', 'int'], ['b', 'int'], ['d', 'date']],
  none: [['a', 'int'], ['s', 'text']],
} // prettier-ignore

const SQL_TYPE: Readonly<Record<ValueType, string>> = {
  int: 'INTEGER',
  big: 'BIGINT',
  text: 'VARCHAR',
  date: 'DATE',
  bool: 'BOOLEAN',
  double: 'DOUBLE',
}

/** CREATE TABLE and INSERT statements of the tables that the queries read; the same for the same seed. */
export function randomTables(random: SeededRandom): readonly string[] {
  return Object.entries(TABLES).flatMap(([name, columns]) => {
    const definitions = columns.map(([column, type]) => `${column} ${SQL_TYPE[type]}`)
    const create = `CREATE TABLE ${name} (${definitions.join(', ')})`
    if (name === 'none') return [create]
    const rows = Array.from({ length: 8 + random.below(6) }, () => {
      const values = columns.map(([, type]) => (random.next() < 0.2 ? 'NULL' : literal(random, type)))
      return `(${values.join(', ')})`
    })
    return [create, `INSERT INTO ${name} VALUES ${rows.join(', ')}`]
  })
}

function pick<T>(random: SeededRandom, items: readonly T[]): T {
  return items[random.below(items.length)]!
}

function literal(random: SeededRandom, type: ValueType): string {
  switch (type) {
    case 'int':
      return String(random.below(6) - 1)
    case 'big':
      return `${random.below(6) - 1}::BIGINT`
    case 'text':
      return pick(random, [`'a'`, `'b'`, `'ab'`, `''`, `'B'`, `'2'`])
    case 'date':
      return `DATE '${pick(random, ['1969-12-31', '1970-01-01', '2024-02-29', '2024-03-01', '1969-12-30'])}'`
    case 'bool':
      return pick(random, ['TRUE', 'FALSE'])
    case 'double':
      return pick(random, ['0.5::DOUBLE', '-1.5::DOUBLE', '2.0::DOUBLE', `'NaN'::DOUBLE`, '0.0::DOUBLE', `'-0.0'::DOUBLE`])
  }
}

const TYPES: readonly ValueType[] = ['int', 'int', 'int', 'text', 'text', 'date', 'big', 'bool', 'double']
const COMPARISONS = ['=', '=', '=', '<>', '<', '<=', '>', '>='] as const

export interface RandomQueryOptions {
  /** Whether subqueries may read columns of the queries around them. */
  readonly correlated: boolean
}

/** Makes one query after the other. */
export class RandomQueries {
  readonly #random: SeededRandom
  readonly #correlated: boolean
  /** How many references to outer columns were made. */
  correlations = 0
  #aliases = 0
  /** How many more subqueries and joins the query may have. */
  #budget = 0
  /** Columns of the queries around the one being made. */
  #outer: readonly NamedColumn[] = []

  constructor(random: SeededRandom, { correlated }: RandomQueryOptions) {
    this.#random = random
    this.#correlated = correlated
  }

  next(): string {
    this.#aliases = 0
    this.#budget = 2 + this.#random.below(5)
    const types = Array.from({ length: 1 + this.#random.below(3) }, () => this.#pick(TYPES))
    return this.#query(types, true)
  }

  #pick<T>(items: readonly T[]): T {
    return pick(this.#random, items)
  }

  #chance(share: number): boolean {
    return this.#random.next() < share
  }

  #spend(): boolean {
    return this.#budget-- > 0
  }

  /** A query that gives columns of these types. LIMIT comes only with an order of all columns. */
  #query(types: readonly ValueType[], top = false, limitAllowed = true): string {
    let sql = this.#chance(0.15) && this.#spend() ? this.#setOperation(types) : this.#select(types)
    const limited = limitAllowed && this.#chance(top ? 0.3 : 0.12)
    if (!limited && !this.#chance(top ? 0.2 : 0.03)) return sql
    const keys = types.map((_, i) => `${i + 1}${this.#pick(['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST'])}`)
    sql += ` ORDER BY ${keys.join(', ')}`
    if (!limited) return sql
    const count = this.#pick(['0', '1', '2', '3', '5', '100', 'NULL'])
    const offset = this.#chance(0.3) ? ` OFFSET ${this.#random.below(4)}` : ''
    return this.#chance(0.1) && offset !== '' ? sql + offset : `${sql} LIMIT ${count}${offset}`
  }

  #setOperation(types: readonly ValueType[]): string {
    const operator = this.#pick(['UNION ALL', 'UNION ALL', 'UNION', 'INTERSECT', 'EXCEPT', 'INTERSECT ALL', 'EXCEPT ALL'])
    return `${this.#select(types)} ${operator} ${this.#select(types)}`
  }

  #select(types: readonly ValueType[]): string {
    if (this.#chance(0.04)) return `SELECT ${types.map((type) => this.#named(this.#value(type, [], 1))).join(', ')}`
    const from = this.#relation(2)
    const where = this.#chance(0.65) ? ` WHERE ${this.#condition(from.columns, 2)}` : ''
    const head = `FROM ${from.sql}${where}`
    if (this.#chance(0.25)) return this.#aggregation(types, from.columns, head)
    const items = types.map((type) => this.#named(this.#value(type, from.columns, 2)))
    return `SELECT ${this.#chance(0.12) ? 'DISTINCT ' : ''}${items.join(', ')} ${head}`
  }

  #named(expression: string): string {
    return `${expression} AS c${this.#aliases++}`
  }

  #aggregation(types: readonly ValueType[], columns: readonly NamedColumn[], head: string): string {
    const keys = this.#chance(0.35) ? [] : Array.from({ length: 1 + this.#random.below(2) }, () => this.#pick(columns))
    const computed = keys.length > 0 && this.#chance(0.2) ? this.#value('int', columns, 1, false) : ''
    // A whole number alone would mean an item of the list.
    const extra = computed.includes('.') ? computed : undefined
    const items = types.map((type) => {
      const usable = keys.filter((key) => key.type === type)
      if (usable.length > 0 && this.#chance(0.6)) return this.#named(this.#pick(usable).text)
      if (extra !== undefined && type === 'int' && this.#chance(0.4)) return this.#named(extra)
      return this.#named(this.#aggregate(type, columns))
    })
    const groupBy =
      keys.length === 0
        ? ''
        : ` GROUP BY ${[...new Set([...keys.map((key) => key.text), ...(extra === undefined ? [] : [extra])])].join(', ')}`
    const tests = [`count(*) > ${this.#random.below(3)}`, `${this.#aggregate('int', columns)} IS NOT NULL`]
    const key = keys[0]
    if (key !== undefined)
      tests.push(`${key.text} ${this.#pick(COMPARISONS)} ${literal(this.#random, key.type)}`, `${key.text} IS NOT NULL`)
    const having = this.#chance(0.3) ? ` HAVING ${this.#pick(tests)}${this.#chance(0.3) ? ` AND ${this.#pick(tests)}` : ''}` : ''
    return `SELECT ${items.join(', ')} ${head}${groupBy}${having}`
  }

  /** An argument of outer columns alone would make it an aggregate of the outer query, so there are none. */
  #aggregate(type: ValueType, columns: readonly NamedColumn[]): string {
    const outer = this.#outer
    this.#outer = []
    const call = this.#aggregateCall(type, columns)
    this.#outer = outer
    const factor = columns.find((column) => column.type === 'int')
    const weight = this.#correlated ? outer.find((column) => column.type === 'int') : undefined
    if (type !== 'int' || factor === undefined || weight === undefined || !this.#chance(0.15)) return call
    return `max(${factor.text} + ${weight.text})`
  }

  #aggregateCall(type: ValueType, columns: readonly NamedColumn[]): string {
    const filter = this.#chance(0.15) ? ` FILTER (WHERE ${this.#condition(columns, 1, false)})` : ''
    if (type === 'big' && this.#chance(0.8)) {
      const argument = this.#pick([
        '*',
        this.#value('int', columns, 1, false),
        this.#value('text', columns, 1, false),
        `DISTINCT ${this.#value('int', columns, 1, false)}`,
      ])
      return `count(${argument})${filter}`
    }
    if (type === 'double' && this.#chance(0.5)) return `avg(${this.#value('int', columns, 1, false)})${filter}`
    if (type === 'int' && this.#chance(0.3)) return `(sum(${this.#value('int', columns, 1, false)})${filter})::INTEGER`
    return `${this.#pick(['min', 'max'])}(${this.#value(type, columns, 1, false)})${filter}`
  }

  #relation(depth: number): Relation {
    if (depth > 1 && this.#chance(0.12)) return this.#chain()
    if (depth > 0 && this.#chance(0.45) && this.#spend()) return this.#join(depth)
    if (depth > 0 && this.#chance(0.25) && this.#spend()) return this.#derived()
    const name = this.#chance(0.05) ? 'none' : this.#pick(['r', 'r', 'q', 'k'])
    const alias = `t${this.#aliases++}`
    return { sql: `${name} ${alias}`, columns: TABLES[name]!.map(([column, type]) => ({ text: `${alias}.${column}`, type })) }
  }

  #derived(): Relation {
    const types = Array.from({ length: 1 + this.#random.below(3) }, () => this.#pick(TYPES))
    const outer = this.#outer
    this.#outer = []
    const query = this.#query(types)
    this.#outer = outer
    const alias = `t${this.#aliases++}`
    const names = types.map((_, i) => `e${i}`)
    return {
      sql: `(${query}) ${alias}(${names.join(', ')})`,
      columns: names.map((name, i) => ({ text: `${alias}.${name}`, type: types[i]! })),
    }
  }

  #join(depth: number): Relation {
    const left = this.#relation(depth - 1)
    const right = this.#relation(depth - 1)
    const type = this.#pick(['JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN', 'SEMI JOIN', 'ANTI JOIN'])
    const columns = [...left.columns, ...right.columns]
    const rightSql = right.isJoin === true ? `(${right.sql})` : right.sql
    if (type === 'CROSS JOIN') return { sql: `${left.sql} CROSS JOIN ${rightSql}`, columns, isJoin: true }
    const on = this.#joinCondition(left.columns, right.columns, type === 'FULL JOIN')
    return {
      sql: `${left.sql} ${type} ${rightSql} ON ${on}`,
      columns: type === 'SEMI JOIN' || type === 'ANTI JOIN' ? left.columns : columns,
      isJoin: true,
    }
  }

  /** Inner joins of several tables, most of them by an equality with one that came before. */
  #chain(): Relation {
    const tables = Array.from({ length: 3 + this.#random.below(2) }, () => this.#relation(0))
    const columns: NamedColumn[] = []
    const parts = tables.map((table, i) => {
      const before = [...columns]
      columns.push(...table.columns)
      if (i === 0) return table.sql
      const pairs = before.flatMap((a) => table.columns.filter((b) => b.type === a.type).map((b) => `${a.text} = ${b.text}`))
      if (pairs.length === 0 || this.#chance(0.2)) return `CROSS JOIN ${table.sql}`
      return `JOIN ${table.sql} ON ${this.#pick(pairs)}${this.#chance(0.2) ? ` AND ${this.#condition(columns, 1, false)}` : ''}`
    })
    return { sql: parts.join(' '), columns, isJoin: true }
  }

  #joinCondition(left: readonly NamedColumn[], right: readonly NamedColumn[], equalOnly: boolean): string {
    const pairs = left.flatMap((a) => right.filter((b) => b.type === a.type).map((b) => [a, b] as const))
    const parts: string[] = []
    if (pairs.length > 0) {
      const [a, b] = this.#pick(pairs)
      const operator = this.#chance(0.8) || equalOnly ? '=' : this.#pick(['<', '>=', '<>', 'IS NOT DISTINCT FROM', 'IS DISTINCT FROM'])
      parts.push(`${a.text} ${operator} ${b.text}`)
    }
    // DuckDB makes FULL JOIN of equalities only.
    if (equalOnly) return parts.length === 0 ? '1 = 1' : parts.join(' AND ')
    if (parts.length === 0 || this.#chance(0.3)) parts.push(this.#condition(this.#pick([left, right, [...left, ...right]]), 1, false))
    if (this.#chance(0.05)) parts.push(this.#pick(['TRUE', 'FALSE', 'NULL']))
    return parts.join(' AND ')
  }

  #columnOf(type: ValueType, columns: readonly NamedColumn[]): string | undefined {
    const outer = this.#correlated && this.#chance(0.5) ? this.#outer : []
    const usable = [...columns, ...outer].filter((column) => column.type === type)
    if (usable.length === 0) return undefined
    const column = this.#pick(usable)
    if (outer.includes(column)) this.correlations++
    return column.text
  }

  #value(type: ValueType, columns: readonly NamedColumn[], depth: number, subqueries = true): string {
    const roll = this.#random.next()
    const column = this.#columnOf(type, columns)
    if (column !== undefined && (depth === 0 || roll < 0.5)) return column
    if (depth === 0 || roll < 0.6) return this.#chance(0.15) ? `NULL::${SQL_TYPE[type]}` : literal(this.#random, type)
    const value = (wanted: ValueType = type): string => this.#value(wanted, columns, depth - 1, subqueries)
    if (roll < 0.7)
      return `CASE WHEN ${this.#condition(columns, depth - 1, subqueries)} THEN ${value()}${this.#chance(0.6) ? ` ELSE ${value()}` : ''} END`
    if (roll < 0.76) return `coalesce(${value()}, ${value()})`
    if (roll < 0.8) return `nullif(${value()}, ${value()})`
    if (roll < 0.87 && subqueries && this.#spend()) return this.#scalarSubquery(type, columns)
    switch (type) {
      case 'int':
        return this.#pick([`(${value()} + ${value()})`, `(${value()} - ${value()})`, `abs(${value()})`, `-(${value()})`])
      case 'big':
        return this.#pick([`length(${value('text')})`, `CAST(${value('int')} AS BIGINT)`, `(${value()} + 1)`])
      case 'text':
        return this.#pick([`upper(${value()})`, `replace(${value()}, 'a', ${value()})`, `CAST(${value('int')} AS VARCHAR)`])
      case 'date':
        return value()
      case 'bool':
        return `(${this.#condition(columns, depth - 1, subqueries)})`
      case 'double':
        return this.#pick([`CAST(${value('int')} AS DOUBLE)`, `abs(${value()})`])
    }
  }

  #scalarSubquery(type: ValueType, columns: readonly NamedColumn[]): string {
    return this.#inside(columns, () => {
      const from = this.#relation(1)
      const where = this.#chance(0.7) ? ` WHERE ${this.#condition(from.columns, 1)}` : ''
      // The first of the sorted values is one value, whichever row it is of.
      if (this.#chance(0.15))
        return `(SELECT ${this.#value(type, from.columns, 1)} FROM ${from.sql}${where} ORDER BY 1${this.#pick(['', ' DESC', ' NULLS FIRST'])} LIMIT 1)`
      return `(SELECT ${this.#aggregate(type, from.columns)} FROM ${from.sql}${where})`
    })
  }

  /** What is made inside may read the columns too, when queries may be correlated. */
  #inside(columns: readonly NamedColumn[], make: () => string): string {
    const outer = this.#outer
    this.#outer = [...outer, ...columns]
    const sql = make()
    this.#outer = outer
    return sql
  }

  #condition(columns: readonly NamedColumn[], depth: number, subqueries = true): string {
    const roll = this.#random.next()
    const inner = (): string => this.#condition(columns, depth - 1, subqueries)
    if (depth > 0 && roll < 0.2) return `(${inner()} AND ${inner()})`
    if (depth > 0 && roll < 0.38) return `(${inner()} OR ${inner()})`
    if (depth > 0 && roll < 0.48) return `NOT (${inner()})`
    const type = this.#pick(TYPES)
    const value = (): string => this.#value(type, columns, Math.max(0, depth - 1), subqueries)
    if (subqueries && roll < 0.66 && this.#spend()) return this.#subqueryTest(type, value(), columns)
    if (roll < 0.72) return `${value()} IS ${this.#chance(0.5) ? 'NOT ' : ''}NULL`
    if (roll < 0.76) return `${value()} ${this.#chance(0.4) ? 'NOT ' : ''}BETWEEN ${value()} AND ${value()}`
    if (roll < 0.81) {
      const items = Array.from({ length: 1 + this.#random.below(3) }, () =>
        this.#chance(0.12) ? 'NULL' : this.#chance(0.2) ? value() : literal(this.#random, type),
      )
      return `${value()} ${this.#chance(0.4) ? 'NOT ' : ''}IN (${items.join(', ')})`
    }
    if (roll < 0.84) return `${value()} IS ${this.#chance(0.5) ? 'NOT ' : ''}DISTINCT FROM ${value()}`
    if (roll < 0.86)
      return `${this.#value('text', columns, 0)} ${this.#chance(0.3) ? 'NOT ' : ''}LIKE ${this.#pick([`'a%'`, `'%b'`, `'_'`, `'%'`])}`
    if (roll < 0.88)
      return `CAST(${this.#value('date', columns, 0)} AS TIMESTAMP) ${this.#pick(COMPARISONS)} TIMESTAMP '${this.#pick(['1969-12-31 12:00:00', '1969-12-31 00:00:00', '2024-02-29 23:59:59.999999', '1970-01-01 00:00:00'])}'`
    if (roll < 0.9) return `CAST(${this.#value('int', columns, 0)} AS BIGINT) ${this.#pick(COMPARISONS)} ${this.#pick(['2', '4000000000'])}`
    if (roll < 0.92) return this.#value('bool', columns, Math.max(0, depth - 1), subqueries)
    if (roll < 0.93) return this.#pick(['TRUE', 'FALSE', 'NULL::BOOLEAN', '1 = 1', '1 = 2'])
    if (roll < 0.95)
      return `(${value()} ${this.#pick(COMPARISONS)} ${value()}) IS ${this.#pick(['TRUE', 'NOT TRUE', 'FALSE', 'NOT FALSE', 'NULL'])}`
    return `${value()} ${this.#pick(COMPARISONS)} ${value()}`
  }

  #subqueryTest(type: ValueType, operand: string, columns: readonly NamedColumn[]): string {
    const not = this.#chance(0.4) ? 'NOT ' : ''
    const roll = this.#random.next()
    if (roll < 0.25) return `${operand} ${this.#pick(COMPARISONS)} ${this.#scalarSubquery(type, columns)}`
    if (roll < 0.6) return `${operand} ${not}IN (${this.#inside(columns, () => this.#query([type], false, !this.#correlated))})`
    return `${not}EXISTS (${this.#inside(columns, () => this.#query([type], false, !this.#correlated))})`
  }
}
