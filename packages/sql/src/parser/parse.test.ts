import { readFileSync } from 'node:fs'
import { SyntaxError } from '@artemis/errors'
import { describe, expect, it } from 'vitest'
import type { Expression, Query, Select, Statement } from '../ast/index.js'
import { depth } from '../ast/index.js'
import { printStatements } from '../printer/print.js'
import { checkSyntax, isComplete, parseExpression, parseStatement, parseStatements } from './parse.js'

function select(text: string): Select {
  const statement = parseStatement(text)
  if (statement.kind !== 'query' || statement.body.kind !== 'select') throw new Error(`not a SELECT: ${text}`)
  return statement.body
}

function errorOf(text: string): SyntaxError {
  try {
    parseStatement(text)
  } catch (error) {
    if (error instanceof SyntaxError) return error
    throw error
  }
  throw new Error(`parsed: ${text}`)
}

/** Fully parenthesised, so a test can state how operators group. */
function group(expression: Expression): string {
  switch (expression.kind) {
    case 'binary':
      return `(${group(expression.left)} ${expression.operator} ${group(expression.right)})`
    case 'unary':
      return `(${expression.operator} ${group(expression.operand)})`
    case 'not':
      return `(not ${group(expression.operand)})`
    case 'and':
    case 'or':
      return `(${expression.operands.map(group).join(` ${expression.kind} `)})`
    case 'is_test':
      return `(${group(expression.operand)} is ${expression.negated ? 'not ' : ''}${expression.test})`
    case 'is_distinct':
      return `(${group(expression.left)} is ${expression.negated ? 'not ' : ''}distinct ${group(expression.right)})`
    case 'between':
      return `(${group(expression.operand)} between ${group(expression.low)} and ${group(expression.high)})`
    case 'pattern_match':
      return `(${group(expression.operand)} ${expression.operator} ${group(expression.pattern)})`
    case 'in_list':
      return `(${group(expression.operand)} in [${expression.items.map(group).join(' ')}])`
    case 'cast':
      return `(${group(expression.operand)} :: ${expression.type.kind})`
    case 'collate':
      return `(${group(expression.operand)} collate)`
    case 'subscript':
      return `(${group(expression.operand)} [] ${group(expression.index)})`
    case 'call':
      return `${expression.name.parts[0]!.name}(${expression.arguments.map((argument) => group(argument.value)).join(' ')})`
    case 'column':
      return expression.parts.map((part) => part.name).join('.')
    case 'number':
      return expression.text
    case 'string':
      return `'${expression.value}'`
    default:
      return expression.kind
  }
}

describe('precedence, low to high', () => {
  it.each([
    ['a or b and not c is null', '(a or (b and (not (c is null))))'],
    ['a=1 and b=2 or c=3 and d=4', '(((a = 1) and (b = 2)) or ((c = 3) and (d = 4)))'],
    ['not a = b', '(not (a = b))'],
    ['not a is null', '(not (a is null))'],
    ['a = b is null', '((a = b) is null)'],
    ['a < b like c', '(a < (b like c))'],
    ['a || b like c || d', '((a || b) like (c || d))'],
    ['a between b and c and d', '((a between b and c) and d)'],
    ['a between b + 1 and c || d = e', '((a between (b + 1) and (c || d)) = e)'],
    ['a in (1) = b', '((a in [1]) = b)'],
    ['a || b + c * d ^ e', '(a || (b + (c * (d ^ e))))'],
    ['a + b - c * d / e % f', '((a + b) - (((c * d) / e) % f))'],
    ['a ^ b ^ c', '((a ^ b) ^ c)'],
    ['- a ^ b', '((- a) ^ b)'],
    ['- a :: int', '(- (a :: named_type))'],
    ['- a [1]', '(- (a [] 1))'],
    ['- a collate x', '((- a) collate)'],
    ["- a at time zone 'x'", "timezone('x' (- a))"],
    ["a ^ b at time zone 'x'", "(a ^ timezone('x' b))"],
    ["a at time zone 'x' collate y", "timezone(('x' collate) a)"],
    ['~ a + b', '(~ (a + b))'],
    ['~ a || b', '((~ a) || b)'],
    ['a & b + c | d', '((a & (b + c)) | d)'],
    ['a -> b ->> c = d', '(((a -> b) ->> c) = d)'],
    ['a = not b = c', '(a = (not (b = c)))'],
    ['a is distinct from b = c', '(a is distinct (b = c))'],
    ['a is distinct from b and c', '((a is distinct b) and c)'],
    ['a is null = b', '((a is null) = b)'],
    ['a ~ b || c', '((a ~ b) || c)'],
    ["a ~~ 'x' || 'y'", "((a like 'x') || 'y')"],
  ])('%s', (text, expected) => {
    expect(group(parseExpression(text))).toBe(expected)
  })

  it.each(['a = b = c', 'a < b <= c', 'a like b like c', 'a between 1 and 2 between 3 and 4', 'a is distinct from b is distinct from c'])(
    '%s does not chain',
    (text) => {
      expect(() => parseExpression(text)).toThrow(expect.objectContaining({ code: 'COMPARISON_CHAIN' }))
    },
  )

  it('makes one node of a chain of AND or OR, and another of a chain in parentheses', () => {
    const chain = parseExpression('a and b and (c and d) and e')
    expect(chain.kind === 'and' && chain.operands.map((operand) => operand.kind)).toEqual(['column', 'column', 'and', 'column'])
  })
})

describe('places', () => {
  it('are those of the words', () => {
    const text = 'SELECT  a.b  AS x , (c+ 1) FROM  t'
    const { items, from } = select(text)
    const at = (node: { span: { start: number; end: number } }): string => text.slice(node.span.start, node.span.end)
    expect(items.map(at)).toEqual(['a.b  AS x', '(c+ 1)'])
    expect(items.map((item) => at(item.expression))).toEqual(['a.b', 'c+ 1'])
    expect(from.map(at)).toEqual(['t'])
  })

  it('reach from the first to the last statement', () => {
    const text = ' SELECT 1 ; ;\n SELECT 2'
    expect(parseStatements(text).map(({ span }) => text.slice(span.start, span.end))).toEqual(['SELECT 1', 'SELECT 2'])
  })
})

describe('time travel', () => {
  it.each([
    ["t AS OF TIMESTAMP '2024'", 'timestamp', undefined],
    ['t AS OF SNAPSHOT 4729 x', 'snapshot', 'x'],
    ['t x AS OF SNAPSHOT 4729', 'snapshot', 'x'],
    ['t AS x AS OF SNAPSHOT 4729', 'snapshot', 'x'],
    ["t FOR SYSTEM_TIME AS OF '2024' AS x", 'timestamp', 'x'],
    ["t FOR TIMESTAMP AS OF TIMESTAMP '2024'", 'timestamp', undefined],
    ['t FOR VERSION AS OF 3', 'version', undefined],
    ["t TIMESTAMP AS OF '2024' x", 'timestamp', 'x'],
    ['t VERSION AS OF 3', 'version', undefined],
    ['t AT (TIMESTAMP => now()) x', 'timestamp', 'x'],
    ['t AT (VERSION => 3)', 'version', undefined],
    ["t AS OF BRANCH 'b'", 'branch', undefined],
    ['t AS OF TAG v1 AS x', 'tag', 'x'],
    ["t AS OF TIMESTAMP now() - INTERVAL '1 day' x", 'timestamp', 'x'],
    ['t AS OF SNAPSHOT ?', 'snapshot', undefined],
    ['t AS of', undefined, 'of'],
    ['t of', undefined, 'of'],
    ['t AT', undefined, 'AT'],
    ['t at (a)', undefined, 'at'],
    ['t version', undefined, 'version'],
    ['t AS timestamp', undefined, 'timestamp'],
  ])('FROM %s', (text, by, alias) => {
    const [table] = select(`SELECT * FROM ${text} WHERE 1 = 1`).from
    if (table?.kind !== 'named_table') throw new Error('not a table')
    expect(table.timeTravel?.by).toBe(by)
    expect(table.alias?.name.name).toBe(alias)
  })

  it('pins each table of a join for itself', () => {
    const [join] = select('SELECT * FROM t AS OF SNAPSHOT 1 a JOIN t AS OF SNAPSHOT 2 b USING (x)').from
    if (join?.kind !== 'join' || join.left.kind !== 'named_table' || join.right.kind !== 'named_table') throw new Error('not a join')
    expect([join.left.timeTravel?.point, join.right.timeTravel?.point]).toMatchObject([{ text: '1' }, { text: '2' }])
  })
})

describe('names', () => {
  it.each([
    'semi',
    'anti',
    'asof',
    'positional',
    'at',
    'of',
    'filter',
    'over',
    'pivot',
    'sample',
    'timestamp',
    'key',
    'value',
    'show',
    'set',
    'begin',
    'index',
    'view',
    'interval',
  ])('%s is a column, and a table with an alias', (word) => {
    const { items, from } = select(`SELECT ${word}, t.${word} FROM ${word} AS ${word}`)
    expect(items[0]?.expression.kind).toBe('column')
    expect(from[0]?.kind).toBe('named_table')
  })

  it('keeps the case as written', () => {
    expect(select('SELECT Foo FROM "Bar"').items[0]?.expression).toMatchObject({ parts: [{ name: 'Foo', quoted: false }] })
  })
})

describe('errors', () => {
  it.each([
    ['SELECT * FORM t', 'unexpected "FORM", expected ";" or the end of the statement', 'Did you mean "FROM"?', 'FORM'],
    ['SELECT a FORM t', 'unexpected "FORM", expected a clause or an operator', 'Did you mean "FROM"?', 'FORM'],
    ['SELECT a FROM t WHRE b = 1', 'unexpected "WHRE", expected a clause or an operator', 'Did you mean "WHERE"?', 'WHRE'],
    ['SELECT a FROM t GROPU BY a', 'unexpected "GROPU", expected a clause or an operator', 'Did you mean "GROUP"?', 'GROPU'],
    ['SELECT a FROM t LEFT JION u', 'unexpected "JION", expected JOIN', 'Did you mean "JOIN"?', 'JION'],
    ['SELCT 1', 'unexpected "SELCT", expected a statement', 'Did you mean "SELECT"?', 'SELCT'],
    ['CREATE TABEL t (a int)', 'unexpected "TABEL", expected TABLE, VIEW or SCHEMA', 'Did you mean "TABLE"?', 'TABEL'],
    ['SELECT FROM t', 'unexpected "FROM", expected an expression', undefined, 'FROM'],
    ['SELECT a, WHERE b', 'unexpected "WHERE", expected an expression', undefined, 'WHERE'],
    ['SELECT (a, b FROM t', 'unexpected "FROM", expected ")"', undefined, 'FROM'],
    ['SELECT a FROM', 'unexpected end of the text, expected a table', undefined, ''],
    ['SELECT 1 +', 'unexpected end of the text, expected an expression', undefined, ''],
    ['SELECT 1 2', 'unexpected the number 2, expected ";" or the end of the statement', undefined, '2'],
    ["SELECT 'abc", 'unterminated string', undefined, "'abc"],
    ['SELECT 12ab', 'invalid number "12ab"', undefined, '12ab'],
    ['SELECT a FROM t JOIN u', 'unexpected end of the text, expected ON or USING', undefined, ''],
    ['SELECT 1 + *', 'unexpected "*", expected an expression', undefined, '*'],
    ['SELECT 1 + t.*', '"t.*" cannot stand here', 'It can be an item of SELECT or the argument of a call.', '*'],
    ['SELECT CASE WHEN 1 THEN 2', 'unexpected end of the text, expected WHEN, ELSE or END', undefined, ''],
    ['SELECT INTERVAL 5', 'unexpected end of the text, expected a unit such as DAY or HOUR', undefined, ''],
    ['SELECT a IS FOO', 'unexpected "FOO", expected NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM', undefined, 'FOO'],
    ['SELECT $0', 'parameters are numbered from 1 to 65535', undefined, '$0'],
    ['SELECT ()', 'expected an expression between the parentheses', undefined, '()'],
    ['', 'unexpected end of the text, expected a statement', undefined, ''],
    ['SELECT 1; SELECT 2', 'unexpected "SELECT", expected the end: only one statement can stand here', undefined, 'SELECT'],
    ['SELECT a b c', 'unexpected "c", expected ";" or the end of the statement', undefined, 'c'],
    ['SELECT 1 LIMIT 1 LIMIT 2', 'unexpected "LIMIT", expected ";" or the end of the statement', undefined, 'LIMIT'],
    ['SELECT * FROM t, SELECT 1', 'unexpected "SELECT", expected a table', undefined, 'SELECT'],
    ['EXPLAIN EXPLAN SELECT 1', 'unexpected "EXPLAN", expected a statement', 'Did you mean "EXPLAIN"?', 'EXPLAN'],
  ])('%s', (text, message, hint, place) => {
    const error = errorOf(text)
    expect(error.message).toBe(message)
    expect(error.hint).toBe(hint)
    expect(text.slice(error.span!.start, error.span!.end).replace(/^.*(SELECT)$/, '$1')).toBe(place)
  })

  it('are found once in each statement by checkSyntax', () => {
    const errors = checkSyntax('SELECT 1; SELEC 2; SELECT (; SELECT 3;\nSELECT 4 FORM t')
    expect(errors.map((error) => error.code)).toEqual(['UNEXPECTED_TOKEN', 'UNEXPECTED_TOKEN', 'UNEXPECTED_TOKEN'])
    expect(checkSyntax('SELECT 1; -- fine\n')).toEqual([])
    expect(checkSyntax("SELECT 1; SELECT 'abc")).toMatchObject([{ code: 'UNTERMINATED' }])
  })
})

describe('unsupported statements', () => {
  it.each([
    ['CREATE INDEX i ON t (a)', 'CREATE INDEX'],
    ['CREATE UNIQUE INDEX i ON t (a)', 'CREATE UNIQUE INDEX'],
    ['CREATE TRIGGER x UPDATE ON t BEGIN SELECT 1; SELECT 2; END', 'CREATE TRIGGER'],
    ['DROP TRIGGER x', 'DROP TRIGGER'],
    ['PRAGMA foo', 'PRAGMA'],
    ['ALTER TABLE t ADD CONSTRAINT c UNIQUE (a)', 'ALTER TABLE ADD CONSTRAINT'],
    ['ROLLBACK TO SAVEPOINT x', 'ROLLBACK TO SAVEPOINT'],
  ])('%s is named', (text, name) => {
    expect(parseStatements(`${text}; SELECT 1`)).toMatchObject([{ kind: 'unsupported_statement', name, text }, { kind: 'query' }])
  })
})

describe('isComplete', () => {
  it.each([
    ['', true],
    ['-- only a comment', true],
    ['SELECT 1', false],
    ['SELECT 1;', true],
    ['SELECT 1; SELECT', false],
    ['SELECT 1; -- done', true],
    ["SELECT 'a;", false],
    ["SELECT 'a';", true],
    ['SELECT "a;', false],
    ['SELECT (1;', false],
    ['SELECT (1);', true],
    ['SELECT 1);', true],
    ['SELECT $$;$$;', true],
    ['SELECT $$;', false],
    ['/* ; ', false],
    ['SELECT [1, {2: 3}];', true],
  ])('%j is %s', (text, complete) => {
    expect(isComplete(text)).toBe(complete)
  })
})

describe('limits', () => {
  const repeat = (text: string, count: number): string => text.repeat(count)

  it.each<[string, (count: number) => string]>([
    ['parentheses', (n) => `SELECT ${repeat('(', n)}1${repeat(')', n)}`],
    ['calls', (n) => `SELECT ${repeat('f(', n)}1${repeat(')', n)}`],
    ['operators', (n) => `SELECT ${repeat('(a OR b AND c = d + e * f ^ ', n)}1${repeat(')', n)}`],
    ['subqueries', (n) => `SELECT ${repeat('(SELECT ', n)}1${repeat(')', n)}`],
    ['subqueries in FROM', (n) => `${repeat('SELECT * FROM (', n)}SELECT 1${repeat(')', n)}`],
    ['joins in parentheses', (n) => `SELECT * FROM ${repeat('a JOIN (', n)}t${repeat(') ON true', n)}`],
    ['conditions after joins', (n) => `SELECT * FROM a ${repeat('JOIN b ', n)}${repeat('ON true ', n)}`],
    ['common tables', (n) => `${repeat('WITH a AS (', n)}SELECT 1${repeat(') SELECT 1', n)}`],
    ['NOT', (n) => `SELECT ${repeat('NOT ', n)}1`],
    ['signs', (n) => `SELECT ${repeat('- ', n)}1`],
    ['CASE', (n) => `SELECT ${repeat('CASE WHEN ', n)}1${repeat(' THEN 1 END', n)}`],
    ['lists', (n) => `SELECT ${repeat('[', n)}1${repeat(']', n)}`],
    ['subscripts', (n) => `SELECT ${repeat('a[', n)}1${repeat(']', n)}`],
    ['types', (n) => `SELECT 1::${repeat('array<', n)}int${repeat('>', n)}`],
    ['EXPLAIN', (n) => `${repeat('EXPLAIN ', n)}SELECT 1`],
    ['unions in parentheses', (n) => `${repeat('SELECT 1 UNION (', n)}SELECT 1${repeat(')', n)}`],
    ['pluses', (n) => `SELECT 1${repeat(' + 1', n)}`],
    ['casts', (n) => `SELECT 1${repeat('::int', n)}`],
    ['joins', (n) => `SELECT * FROM a${repeat(' JOIN b ON true', n)}`],
    ['mixed unions', (n) => `SELECT 1${repeat(' UNION SELECT 1 EXCEPT SELECT 2', n)}`],
  ])('a hundred %s parse, a hundred thousand are a clear error', (_, make) => {
    const tree: Statement = parseStatement(make(100))
    expect(depth(tree)).toBeLessThanOrEqual(1000)
    expect(errorOf(make(100_000)).code).toBe('NESTING_TOO_DEEP')
  })

  it('reads chains and lists of any length into flat trees', () => {
    const where = parseStatement(`SELECT 1 WHERE a = 0${repeat(' OR a = 1 AND b = 2', 100_000)}`)
    expect(depth(where)).toBeLessThan(12)
    expect(((where as Query).body as Select).where).toMatchObject({ kind: 'or' })
    expect(depth(parseStatement(`SELECT 1${repeat(' UNION ALL SELECT 1', 20_000)}`))).toBeLessThan(12)
    expect(depth(parseStatement(`SELECT a IN (0${repeat(', 1', 100_000)})`))).toBeLessThan(12)
  })

  it('takes time linear to the text', () => {
    const fastest = (rows: number): number => {
      const text = `INSERT INTO t VALUES (0, 'x')${repeat(", (1234567, 'some text', 1.5e3, NULL)", rows)}`
      const times = [1, 2, 3].map(() => {
        const start = performance.now()
        parseStatement(text)
        return performance.now() - start
      })
      return Math.min(...times)
    }
    // Eight times the text; quadratic time would be 64 times as long.
    const short = fastest(6000)
    expect(fastest(48_000)).toBeLessThan(30 * short)
  })
})

/** Trees as text, without the places. */
function shape(trees: readonly Statement[]): string {
  return JSON.stringify(trees, (key, value: unknown) => (key === 'span' ? undefined : value))
}

it('throws nothing but SyntaxError, and what parses survives the printer, whatever the text', () => {
  const seeds = readFileSync(new URL('../printer/canonical-statements.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.length > 2)
  const pieces = [
    '(',
    ')',
    ',',
    "'",
    '"',
    ';',
    'SELECT',
    'FROM',
    'AS',
    'OF',
    'NOT',
    '[',
    ']',
    '{',
    '}',
    ':',
    '::',
    '->',
    '.',
    '*',
    '$1',
    '?',
    'NULL',
    '-',
    '/*',
    'CASE',
    'END',
    'IN',
    'JOIN',
  ]
  const random = mulberry32(42)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  let parsed = 0
  for (let i = 0; i < 20_000; i++) {
    let text = pick(seeds)
    for (let edits = 1 + Math.floor(random() * 3); edits > 0; edits--) {
      const at = Math.floor(random() * text.length)
      const length = Math.floor(random() * 6)
      const other = pick(seeds)
      const insert =
        random() < 0.5 ? ` ${pick(pieces)} ` : random() < 0.5 ? '' : other.slice(Math.floor(random() * other.length)).slice(0, 20)
      text = text.slice(0, at) + insert + text.slice(at + length)
    }
    try {
      const trees = parseStatements(text)
      parsed++
      expect(shape(parseStatements(printStatements(trees))), text).toBe(shape(trees))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw new Error(`${text}: ${String(error)}`)
      expect(error.span, text).toBeDefined()
      expect(error.span!.end).toBeLessThanOrEqual(text.length)
    }
    isComplete(text)
  }
  expect(parsed).toBeGreaterThan(500)
})

/** A small seeded generator, so a failure can be run again. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
