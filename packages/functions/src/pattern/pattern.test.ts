import { describe, expect, it } from 'vitest'
import { utf8 } from '@artemis/arrow'
import type { ColumnSource } from '../testing/oracle.js'
import { expectAgreement, oneOf, ourOutcomes, randomColumns } from '../testing/oracle.js'
import { glob } from './glob.js'
import { ilike, likeFunction, notIlike, notLike } from './like.js'
import { regexpEscape, regexpExtract, regexpExtractAll, regexpFullMatch, regexpMatches, regexpReplace, regexpSplit } from './regexp.js'

const texts: ColumnSource = {
  type: utf8,
  value: (random) =>
    random() < 0.3
      ? oneOf(['', 'abc', 'a%c', 'ABC', 'éa', '😀b', 'a\nb', 'aaa', 'a1b22', 'foo.bar', 'xaxbxc', 'Straße', 'K', 'a_b', '日本'])(random)
      : Array.from({ length: Math.floor(random() * 7) }, () => oneOf(['a', 'b', 'c', 'A', 'é', '😀', '1'])(random)).join(''),
}
const likePatterns: ColumnSource = {
  type: utf8,
  value: (random) =>
    Array.from({ length: Math.floor(random() * 6) }, () => oneOf(['%', '%', '_', 'a', 'b', 'c', 'é', '😀', 'ab', 'A'])(random)).join(''),
}
const globs: ColumnSource = {
  type: utf8,
  value: (random) =>
    Array.from({ length: Math.floor(random() * 5) }, () =>
      oneOf(['*', '?', 'a', 'b', '[a-c]', '[!a]', '[b', '\\a', 'é', '[]a]'])(random),
    ).join(''),
}

describe('LIKE', () => {
  it('agrees with DuckDB', async () => {
    for (const [fn, operator] of [
      [likeFunction, 'LIKE'],
      [notLike, 'NOT LIKE'],
      [ilike, 'ILIKE'],
      [notIlike, 'NOT ILIKE'],
    ] as const) {
      await expectAgreement(fn, randomColumns(1, 1500, [texts, likePatterns]), { sql: `a ${operator} b` })
    }
  })

  it('agrees with DuckDB for constant patterns over whole columns', async () => {
    for (const pattern of ['%a%', 'a%', '%b', 'abc', '%', '', 'a%b', '%a%b%', 'a%a', '_a%', '%é%', '%%', 'a%b%c', '%ab%ab%', '😀%', '_']) {
      const columns = randomColumns(7, 500, [texts])
      const resolved = likeFunction.resolve([utf8, utf8], [undefined, pattern])!
      await expectAgreement(likeFunction, [columns[0]!, { type: utf8, values: columns[0]!.values.map(() => pattern) }], {
        sql: 'a LIKE b',
        shapes: ['plain'],
      })
      const asConstant = ourOutcomes(
        {
          ...resolved,
          argumentTypes: [utf8],
          evaluate: (args, n, context) => resolved.evaluate([args[0]!, { kind: 'scalar', type: utf8, value: pattern }], n, context),
        },
        columns,
      )
      const asColumn = ourOutcomes(resolved, [columns[0]!, { type: utf8, values: columns[0]!.values.map(() => pattern) }])
      expect(asConstant).toEqual(asColumn)
    }
  })

  it('gives the same for constant patterns whose case does not matter', () => {
    const ascii: ColumnSource = { type: utf8, value: oneOf(['abc', 'ABC', 'aBcABc', '', 'x', 'Cab', 'bb']) }
    for (const source of [texts, ascii]) {
      const columns = randomColumns(8, 300, [source])
      for (const pattern of ['%B%', 'A%', '%c', 'ABC', '_B%', 'É%', 'a%C']) {
        const resolved = ilike.resolve([utf8, utf8], [undefined, pattern])!
        const evaluate: typeof resolved.evaluate = (args, n, context) =>
          resolved.evaluate([args[0]!, { kind: 'scalar', type: utf8, value: pattern }], n, context)
        const asColumn = ourOutcomes(resolved, [columns[0]!, { type: utf8, values: columns[0]!.values.map(() => pattern) }])
        expect(ourOutcomes({ ...resolved, argumentTypes: [utf8], evaluate }, columns)).toEqual(asColumn)
      }
    }
  })

  it('agrees with DuckDB on ESCAPE', async () => {
    const escapes: ColumnSource = { type: utf8, value: oneOf(['a', '!', '', '%']) }
    await expectAgreement(likeFunction, randomColumns(2, 800, [texts, likePatterns, escapes]), {
      sql: 'like_escape(a, b, c)',
      // DuckDB forgives a pattern that ends with its escape when the text ends first.
      except: ([, , escape], ours, theirs) => escape === '%' || (ours === '<error>' && theirs === 'false'),
    })
  })
})

describe('GLOB', () => {
  it('agrees with DuckDB', async () => {
    await expectAgreement(glob, randomColumns(1, 1500, [texts, globs]), { sql: 'a GLOB b' })
  })
})

describe('regular expressions', () => {
  const expressions: ColumnSource = {
    type: utf8,
    value: oneOf([
      'a',
      'b+',
      '^a',
      'c$',
      'a.c',
      '[a-c]+',
      '[^a]',
      '(a)(b)?',
      '(?i)ABC',
      'a|b',
      '',
      'a*',
      'a{2}',
      'a{1,2}',
      '\\d+',
      '\\w',
      '\\W',
      '\\s',
      '[[:alpha:]]+',
      '[[:digit:]a]',
      '\\pL',
      '\\p{Lu}',
      '\\p{Han}',
      '[\\d\\s]',
      '[^\\w]',
      '\\bb',
      'a\\.b',
      '\\x61',
      '\\x{1F600}',
      '(?P<x>a)b',
      '(',
      'a++',
      '\\Aab',
      'b\\z',
      'x{',
      '[]a]',
      '[a',
      ')',
      '\\Qa.b\\E',
      '.',
      '(?s).',
      '(?m)^b',
      'é',
      '😀',
      '\\1',
      '(?:ab)+',
      'a??',
      '(a|ab)(c|bcd)?',
      '[é-ü]',
      '\\n',
      '*',
      '(?i:a)',
      '[[:foo:]]',
      '\\q',
      '(a*)*',
      '(a*)+b',
      'foo\\.bar',
      '[a-]',
      '[-a]',
      'a{,2}',
    ]),
  }

  it('match as in DuckDB', async () => {
    await expectAgreement(regexpMatches, randomColumns(1, 1500, [texts, expressions]))
    await expectAgreement(regexpFullMatch, randomColumns(2, 1500, [texts, expressions]))
    for (const option of ['i', 's', 'l', 'c', 'm', 'is', '', 'x']) {
      const columns = randomColumns(3, 400, [texts, expressions])
      await expectAgreement(regexpMatches, [...columns, { type: utf8, values: columns[0]!.values.map(() => option) }], {
        sql: `regexp_matches(a, b, '${option}')`,
      }).catch((error: unknown) => {
        if (option !== 'x' || !String(error).includes('Unrecognized Regex option')) throw error
      })
    }
  })

  it('replace, extract and split as in DuckDB', async () => {
    const replacements: ColumnSource = { type: utf8, value: oneOf(['', 'x', '[\\0]', '<\\1>', '\\9', '\\\\', '$1', '$&']) }
    const columns = randomColumns(4, 1200, [texts, expressions, replacements])
    // DuckDB reads an invalid expression that is not constant as one without a match.
    const silent = { except: ([text]: readonly unknown[], ours: string) => ours === '<error>' || text === null }
    await expectAgreement(regexpReplace, columns)
    await expectAgreement(regexpReplace, [...columns, { type: utf8, values: columns[0]!.values.map(() => 'g') }], {
      sql: "regexp_replace(a, b, c, 'g')",
    })
    await expectAgreement(regexpExtract, randomColumns(5, 1200, [texts, expressions]), silent)
    await expectAgreement(regexpExtractAll, randomColumns(6, 1200, [texts, expressions]), silent)
    // NULL as a separator gives NULL here, the whole text in DuckDB; and DuckDB lets ^ match after each split.
    await expectAgreement(regexpSplit, randomColumns(7, 1200, [texts, expressions]), {
      except: ([text, pattern], ours) =>
        text === null || pattern === null || ours === '<error>' || String(pattern).includes('^b') || String(pattern).startsWith('^'),
    })
    await expectAgreement(regexpEscape, randomColumns(8, 300, [texts]))
  })
})
