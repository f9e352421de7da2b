import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { SyntaxNode } from '../ast/index.js'
import { walk } from '../ast/index.js'
import { parseExpression, parseStatement } from '../parser/parse.js'
import { printExpression, printStatement, printStatements } from './print.js'

const pairs = readFileSync(new URL('./canonical-statements.txt', import.meta.url), 'utf8')
  .split('\n\n')
  .slice(1)
  .map((pair) => pair.split('\n'))
  .filter((lines): lines is [string, string] => lines.length === 2)
  .map(([written, canonical]) => ({ written, canonical: canonical === '=' ? written : canonical.replaceAll('\\n', '\n') }))

/** The tree as text without the places, which differ between a text and its canonical form. */
function shape(node: unknown): string {
  return JSON.stringify(node, (key, value: unknown) => (key === 'span' ? undefined : value))
}

describe('every statement of the grammar', () => {
  it('is in the file', () => {
    expect(pairs.length).toBeGreaterThan(220)
    const kinds = new Set<string>()
    for (const { written } of pairs) walk(parseStatement(written), (node) => void kinds.add(node.kind))
    // Every node of the tree but those that only stand inside a type of constraint already counted.
    expect(kinds.size).toBeGreaterThan(130)
  })

  it.each(pairs)('$written', ({ written, canonical }) => {
    const tree = parseStatement(written)
    expect(printStatement(tree)).toBe(canonical)
    expect(shape(parseStatement(canonical))).toBe(shape(tree))
    checkNodes(tree, written)
  })
})

/** Frozen nodes, each inside its parent's place. */
function checkNodes(root: SyntaxNode, text: string): void {
  walk(root, (node) => {
    expect(Object.isFrozen(node)).toBe(true)
    expect(node.span.start).toBeGreaterThanOrEqual(0)
    expect(node.span.end).toBeGreaterThanOrEqual(node.span.start)
    expect(node.span.end).toBeLessThanOrEqual(text.length)
  })
}

describe('parentheses', () => {
  it.each([
    ['((a))', 'a'],
    ['(a + b) + c', 'a + b + c'],
    ['a + (b + c)', 'a + (b + c)'],
    ['(a * b) + (c)', 'a * b + c'],
    ['(a OR b) AND (c AND d)', '(a OR b) AND (c AND d)'],
    ['- (- 1)', '-(-1)'],
    ['a - - 1', 'a - -1'],
    ['(- a)::int', 'CAST(-a AS int)'],
    ['- a::int', '-CAST(a AS int)'],
    ['(a = b) IS NULL', 'a = b IS NULL'],
    ['a = (b IS NULL)', 'a = (b IS NULL)'],
    ['(NOT a) = b', '(NOT a) = b'],
    ['a = NOT b', 'a = (NOT b)'],
    ['NOT (a = b)', 'NOT a = b'],
    ['(a IN (1)) IN (2)', '(a IN (1)) IN (2)'],
    ['(a || b) COLLATE c', '(a || b) COLLATE c'],
    ['f((a -> b) = c)', 'f((a -> b = c))'],
    ["(x).\"A b\"", '(x)."A b"'],
  ])('%s is printed as %s', (written, canonical) => {
    const tree = parseExpression(written)
    expect(printExpression(tree)).toBe(canonical)
    expect(shape(parseExpression(canonical))).toBe(shape(tree))
  })
})

it('prints several statements, each with its semicolon', () => {
  expect(printStatements([parseStatement('select 1'), parseStatement('show tables')])).toBe('SELECT 1;\nSHOW TABLES;')
})
