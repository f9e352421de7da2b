import { describe, expect, it } from 'vitest'
import { statementPieces } from './statements.js'

const cut = (text: string): string[] => statementPieces(text).map((piece) => (piece.isComplete ? piece.text : `${piece.text}…`))

describe('statementPieces', () => {
  it('cuts at the semicolons that end statements', () => {
    expect(cut('SELECT 1; SELECT 2;')).toEqual(['SELECT 1;', ' SELECT 2;'])
    expect(cut('SELECT 1;\nSELECT')).toEqual(['SELECT 1;', '\nSELECT…'])
    expect(cut('SELECT 1; \n ')).toEqual(['SELECT 1;'])
    expect(cut('')).toEqual([])
  })

  it.each([
    `SELECT 'a;b';`,
    `SELECT 'it''s; x' AS "c;d";`,
    `SELECT $$ a; b $$;`,
    `SELECT 1 -- not; here\n;`,
    `/* ; /* ; */ */ SELECT 1;`,
    `-- a comment; first\nSELECT 1;`,
    `SELECT (1; 2);`,
  ])('leaves other semicolons alone: %s', (text) => {
    expect(cut(text)).toEqual([text])
  })

  it('tells where each begins', () => {
    const text = ` ; SELECT 1;; -- x;\n SELECT ';';tail`
    const pieces = statementPieces(text)
    for (const piece of pieces) expect(text.slice(piece.start, piece.start + piece.text.length)).toBe(piece.text)
    expect(pieces.map((piece) => piece.text).join('')).toBe(text)
    expect(pieces.at(-1)).toMatchObject({ text: 'tail', isComplete: false })
  })

  it('goes on after a statement that does not parse', () => {
    expect(cut('SELEC 1; SELECT * FRM t; SELECT 2;')).toHaveLength(3)
  })

  it('is quick with long scripts', () => {
    const start = performance.now()
    expect(statementPieces(`INSERT INTO t VALUES ('a;b;c', 1);\n`.repeat(5000))).toHaveLength(5000)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})
