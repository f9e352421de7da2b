import { describe, expect, it } from 'vitest'
import { bool, date32, decimal, float64, int32, int64, list, utf8 } from '@artemis/arrow'
import type { Scalar } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import type { ColumnSource } from '../testing/oracle.js'
import { expectAgreement, oneOf, ourOutcomes, randomColumns } from '../testing/oracle.js'
import { lower, upper } from './case.js'
import { ascii, base64, bin, chr, decode, encode, fromBase64, hex, unbin, unhex, unicode, urlDecode, urlEncode } from './codes.js'
import { concat, concatWithSeparator, joinOperator } from './concat.js'
import { md5, sha1, sha256 } from './digest.js'
import { format, formatBytes, printf } from './format.js'
import { bitLength, graphemeLength, length, strlen } from './length.js'
import { nfcNormalize, stripAccents } from './normalize.js'
import { lpad, repeat, rpad } from './padding.js'
import { replace, reverse, translate } from './replace.js'
import { contains, endsWith, position, startsWith } from './search.js'
import { damerauLevenshtein, hamming, jaccard, jaroSimilarity, jaroWinklerSimilarity, levenshtein } from './similarity.js'
import { split, splitPart } from './split.js'
import { left, right, substring } from './substring.js'
import { ltrim, rtrim, trim } from './trim.js'

const WORDS = [
  '',
  'a',
  'ab',
  'abc',
  'Hello',
  'hello world',
  '  padded  ',
  'aXbXc',
  'aaaa',
  'éà',
  'ÀÉ',
  'straße',
  'Ω',
  '😀',
  'a😀b',
  '月火水',
  'e\u0301',
  '🤦🏼‍♂️',
  'İi',
  'ﬁ',
  'ab,cd,,ef',
  ',',
  '100%',
  'a_b',
  "it's",
  'MARTHA',
  'MARHTA',
  'x'.repeat(50),
]
export const text: ColumnSource = {
  type: utf8,
  value: (random) =>
    random() < 0.7
      ? oneOf(WORDS)(random)
      : Array.from({ length: Math.floor(random() * 8) }, () => oneOf(['a', 'b', 'X', ' ', 'é', '😀', ','])(random)).join(''),
}
const plain: ColumnSource = {
  type: utf8,
  value: (random) => Array.from({ length: Math.floor(random() * 9) }, () => oneOf(['a', 'b', 'X', ' ', 'y'])(random)).join(''),
}
const short: ColumnSource = { type: utf8, value: oneOf(['', 'a', 'ab', 'X', 'é', '😀', ' ', ',', 'lo', 'aa', 'l']) }
const count: ColumnSource = { type: int64, value: (random) => BigInt(Math.floor(random() * 14) - 6) }
const count32: ColumnSource = { type: int32, value: (random) => Math.floor(random() * 14) - 4 }

function agree(
  name: string,
  fn: ScalarFunctionDefinition,
  sources: readonly ColumnSource[],
  options: Parameters<typeof expectAgreement>[2] = {},
  rows = 400,
): void {
  it(`${name} agrees with DuckDB`, async () => {
    await expectAgreement(fn, randomColumns(1, rows, sources), {
      sql: `${name}(${sources.map((_, i) => String.fromCharCode(97 + i)).join(', ')})`,
      ...options,
    })
  })
}

describe('text functions', () => {
  for (const source of [text, plain]) {
    const label = source === text ? 'any text' : 'ASCII'
    describe(label, () => {
      agree('length', length, [source])
      agree('strlen', strlen, [source])
      agree('bit_length', bitLength, [source])
      agree('length_grapheme', graphemeLength, [source])
      agree('upper', upper, [source])
      agree('lower', lower, [source])
      agree('trim', trim, [source])
      agree('ltrim', ltrim, [source])
      agree('rtrim', rtrim, [source])
      agree('trim', trim, [source, short])
      agree('ltrim', ltrim, [source, short])
      agree('rtrim', rtrim, [source, short])
      agree('substring', substring, [source, count])
      // Over columns that are all ASCII, DuckDB clamps a start outside the text first; otherwise it counts as we do.
      if (source === text) agree('substring', substring, [source, count, count])
      agree('left', left, [source, count])
      agree('right', right, [source, count])
      agree('reverse', reverse, [source])
      agree('lpad', lpad, [source, count32, short])
      agree('rpad', rpad, [source, count32, short])
      agree('repeat', repeat, [source, count])
      agree('replace', replace, [source, short, short])
      agree('translate', translate, [source, short, short])
      agree('strpos', position, [source, short])
      agree('contains', contains, [source, short])
      agree('starts_with', startsWith, [source, short])
      agree('ends_with', endsWith, [source, short])
      // NULL as a separator gives NULL here, the whole text in DuckDB.
      agree('string_split', split, [source, short], { except: ([, separator]) => separator === null })
      agree('split_part', splitPart, [source, short, count])
      agree('ascii', ascii, [source])
      agree('unicode', unicode, [source])
      agree('hex', hex, [source])
      agree('bin', bin, [source])
      agree('encode', encode, [source])
      agree('url_encode', urlEncode, [source])
      agree('md5', md5, [source])
      agree('sha1', sha1, [source])
      agree('sha256', sha256, [source])
      agree('nfc_normalize', nfcNormalize, [source])
      agree('strip_accents', stripAccents, [source])
      agree('levenshtein', levenshtein, [source, source])
      agree('damerau_levenshtein', damerauLevenshtein, [source, source])
      agree('hamming', hamming, [source, source])
      agree('jaccard', jaccard, [source, source])
      agree('jaro_similarity', jaroSimilarity, [source, source], { tolerance: 1e-14 })
      agree('jaro_winkler_similarity', jaroWinklerSimilarity, [source, source], { tolerance: 1e-14 })
      agree('||', joinOperator, [source, source], { sql: 'a || b' })
      agree('concat', concat, [source, source, source])
      agree('concat_ws', concatWithSeparator, [short, source, source])
    })
  }

  agree('chr', chr, [{ type: int32, value: oneOf([65, 233, 128512, -1, 1114112, 8364]) }])
  agree('hex', hex, [int64])
  agree('bin', bin, [int64])
  agree('unhex', unhex, [{ type: utf8, value: oneOf(['61', '6', '', 'zz', 'C3A9', 'abc']) }])
  agree('unbin', unbin, [{ type: utf8, value: oneOf(['01100001', '1', '', 'x', '111111111']) }])
  agree('from_base64', fromBase64, [{ type: utf8, value: oneOf(['YWJj', 'YQ==', 'YQ', '', '!!', 'YWI=']) }], { sql: '"from_base64"(a)' })
  agree('to_base64', base64, [
    { type: { kind: 'binary' }, value: oneOf<Scalar>([new Uint8Array(0), Uint8Array.of(1, 2, 3), Uint8Array.of(255)]) },
  ])
  agree('decode', decode, [
    { type: { kind: 'binary' }, value: oneOf<Scalar>([Uint8Array.of(0xc3, 0xa9), Uint8Array.of(0xc3), Uint8Array.of(65)]) },
  ])
  agree('url_decode', urlDecode, [{ type: utf8, value: oneOf(['a%20b', 'a+b', '%C3%A9', '%zz', '', '%41']) }])
  agree('format_bytes', formatBytes, [
    { type: int64, value: (random) => BigInt(Math.floor(10 ** (random() * 15)) * (random() < 0.1 ? -1 : 1)) },
  ])

  it('replaces constants in all rows at once', () => {
    const columns = randomColumns(5, 400, [text])
    for (const [search, put] of [
      ['a', 'bb'],
      ['l', ''],
      ['', 'x'],
      ['aa', 'a'],
      ['é', '$&'],
      ['😀', '-'],
      ['zz', 'y'],
    ] as const) {
      const resolved = replace.resolve([utf8, utf8, utf8], [undefined, search, put])!
      const evaluate: typeof resolved.evaluate = (args, n, context) =>
        resolved.evaluate([args[0]!, { kind: 'scalar', type: utf8, value: search }, { kind: 'scalar', type: utf8, value: put }], n, context)
      const expected = columns[0]!.values.map((value) =>
        value === null ? 'NULL' : search === '' ? value : String(value).split(search).join(put),
      )
      expect(ourOutcomes({ ...resolved, argumentTypes: [utf8], evaluate }, columns)).toEqual(expected)
    }
  })

  it('joins values of other types as their texts', async () => {
    for (const type of [int32, decimal(9, 2), float64, bool, date32]) {
      await expectAgreement(joinOperator, randomColumns(1, 100, [type, text]), { sql: 'a || b' })
      await expectAgreement(concat, randomColumns(1, 100, [type, text]), { sql: 'concat(a, b)' })
    }
    await expectAgreement(joinOperator, randomColumns(1, 100, [list(int32), list(int32)]), { sql: 'a || b' })
    await expectAgreement(concat, randomColumns(1, 100, [list(int32), list(int32)]), { sql: 'concat(a, b)' })
  })
})

describe('formats', () => {
  const formats = ['{}', '{:>8}|', '{:<8}|', '{:^8}|', '{:+}', '{:*>9}']
  const ofNumbers = ['{:,}', '{:08}', '{:_}', '{: }', ...formats]

  it('format agrees with DuckDB', async () => {
    const cases: readonly (readonly [readonly string[], ColumnSource])[] = [
      [[...formats.slice(0, 4), '{:.2}', '{:s}', 'a{{b}}{}'], text],
      [[...ofNumbers, '{:d}', '{:x}', '{:X}', '{:#x}', '{:o}', '{:b}', '{:05d}', '{:+d}'], int64],
      [
        [...formats, '{:.3f}', '{:10.2f}', '{:e}', '{:.1e}', '{:g}', '{:,.2f}', '{:010.3f}'],
        { type: float64, value: (random) => (random() - 0.5) * 10 ** Math.floor(random() * 8) },
      ],
    ]
    for (const [patterns, source] of cases) {
      for (const pattern of patterns) {
        const columns = randomColumns(2, 60, [source])
        await expectAgreement(format, [{ type: utf8, values: columns[0]!.values.map(() => pattern) }, columns[0]!], { sql: 'format(a, b)' })
      }
    }
  })

  it('printf agrees with DuckDB', async () => {
    const cases: readonly (readonly [readonly string[], ColumnSource])[] = [
      [['%s', '%10s|', '%-10s|', '%.2s', '%%%s'], text],
      [['%d', '%5d|', '%-5d|', '%05d', '%+d', '%x', '%X', '%o', '%,d'], int64],
      [
        ['%f', '%.2f', '%10.3f|', '%e', '%g', '%-12.1f|', '%+.1f'],
        { type: float64, value: (random) => (random() - 0.5) * 10 ** Math.floor(random() * 8) },
      ],
    ]
    for (const [patterns, source] of cases) {
      for (const pattern of patterns) {
        const columns = randomColumns(2, 60, [source])
        await expectAgreement(printf, [{ type: utf8, values: columns[0]!.values.map(() => pattern) }, columns[0]!], {
          sql: 'printf(a, b)',
          // DuckDB writes the bits of negative numbers in other bases.
          except: ([, value]) => /%[xXo]/.test(pattern) && (value as bigint) < 0n,
        })
      }
    }
  })
})
