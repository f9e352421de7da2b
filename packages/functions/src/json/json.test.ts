import { describe, it } from 'vitest'
import { bool, date32, decimal, float64, int32, int64, list, utf8 } from '@artemis/arrow'
import type { Scalar } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import type { Column, ColumnSource } from '../testing/oracle.js'
import { expectAgreement, oneOf, randomColumns } from '../testing/oracle.js'
import { jsonArray, jsonObject, toJsonFunction } from './construct.js'
import { jsonExists, jsonExtract, jsonExtractString, jsonValue } from './extract.js'
import { jsonArrayLength, jsonKeys, jsonMinify, jsonType, jsonValid } from './inspect.js'

const WORDS = ['a', 'b', 'x y', 'a.b', 'é😀', '', 'q"uote', 'back\\slash', 'line\nend']

function randomJson(random: () => number, depth: number): string {
  const choice = random()
  const blank = random() < 0.2 ? ' ' : ''
  if (depth > 0 && choice < 0.35) {
    const count = Math.floor(random() * 4)
    const member = (): string => `${JSON.stringify(oneOf(WORDS)(random))}${blank}:${randomJson(random, depth - 1)}`
    return `{${blank}${Array.from({ length: count }, member).join(',')}}`
  }
  if (depth > 0 && choice < 0.6)
    return `[${Array.from({ length: Math.floor(random() * 4) }, () => randomJson(random, depth - 1)).join(`,${blank}`)}]`
  if (choice < 0.75)
    return oneOf([
      '1',
      '-1',
      '0',
      '2.50',
      '1.0',
      '1E5',
      '12345678901234567890',
      '18446744073709551615',
      '-9223372036854775808',
      '1e-7',
      '0.1',
    ])(random)
  if (choice < 0.9) return JSON.stringify(oneOf(WORDS)(random))
  return oneOf(['true', 'false', 'null', '"\\u00e9\\ud83d\\ude00"', '"a\\/b"'])(random)
}

const json: ColumnSource = { type: utf8, value: (random) => randomJson(random, 3) }
const broken: ColumnSource = {
  type: utf8,
  value: (random) =>
    random() < 0.5
      ? randomJson(random, 2)
      : oneOf(['{', '[1,', '{"a"}', '01', '1.', '"x', 'nul', '', ' ', '[1 2]', '[]]', '{a:1}', '+1', '"\t"'])(random),
}
const PATHS = [
  'a',
  'b',
  'x y',
  'a.b',
  '$.a',
  '$.b',
  '$',
  '$.a.b',
  '$."a.b"',
  '$[0]',
  '$[1]',
  '$[-1]',
  '$[#-1]',
  '$.a[0]',
  '/a',
  '/a/b',
  '/0',
  '$[0].a',
  '',
  '$.a[1].b[0]',
]

async function withPath(fn: ScalarFunctionDefinition, columns: readonly Column[], path: string): Promise<void> {
  const paths = { type: utf8, values: columns[0]!.values.map(() => path) }
  const type = fn.name === 'json_extract' || fn.name === 'json_value' ? { type: 'JSON' } : {}
  await expectAgreement(fn, [...columns, paths], {
    sql: `${fn.name}(a, '${path}')`,
    shapes: ['plain'],
    ...(fn.name === 'json_value' ? { type: 'VARCHAR' } : type),
  })
}

describe('JSON', () => {
  it('is taken apart as in DuckDB', async () => {
    const columns = randomColumns(1, 250, [json])
    for (const path of PATHS) for (const fn of [jsonExtract, jsonExtractString, jsonValue, jsonExists]) await withPath(fn, columns, path)
    const indices: ColumnSource = { type: int64, value: (random) => BigInt(Math.floor(random() * 6) - 3) }
    for (const fn of [jsonExtract, jsonExtractString]) {
      await expectAgreement(fn, randomColumns(2, 300, [json, indices]), {
        sql: `a ${fn === jsonExtract ? '->' : '->>'} b`,
        ...(fn === jsonExtract ? { type: 'JSON' } : {}),
      })
    }
  })

  it('is taken apart by paths that lead to several places', async () => {
    const columns = randomColumns(3, 300, [json])
    for (const path of ['$.*', '$[*]', '$.a[*]', '$[*].a', '$.*.b']) {
      const resolved = jsonExtractString.resolve([utf8, utf8], [undefined, path])!
      await expectAgreement(
        { ...jsonExtractString, resolve: () => resolved },
        [...columns, { type: utf8, values: columns[0]!.values.map(() => path) }],
        {
          sql: `json_extract_string(a, '${path}')`,
          shapes: ['plain'],
        },
      )
    }
  })

  it('is inspected as in DuckDB', async () => {
    for (const fn of [jsonArrayLength, jsonType, jsonKeys, jsonMinify]) {
      await expectAgreement(fn, randomColumns(4, 400, [json]), fn === jsonMinify ? { type: 'JSON' } : {})
    }
    for (const fn of [jsonArrayLength, jsonType, jsonKeys])
      for (const path of ['a', '$.a', '$[0]']) await withPath(fn, randomColumns(5, 300, [json]), path)
    // DuckDB lets a comma stand before a closing bracket, which RFC 8259 does not; such texts are left out.
    await expectAgreement(jsonValid, randomColumns(6, 400, [broken]))
    await expectAgreement(jsonType, randomColumns(7, 400, [broken]))
  })

  it('is made of values as in DuckDB', async () => {
    const texts: ColumnSource = { type: utf8, value: oneOf<Scalar>(WORDS) }
    for (const source of [int32, int64, bool, texts, date32, list(int32)]) {
      await expectAgreement(toJsonFunction, randomColumns(8, 80, [source]), {
        type: 'JSON',
        except: ([value], ours) => value === null || ours === 'null',
      })
      await expectAgreement(jsonArray, randomColumns(9, 80, [source, texts]), { type: 'JSON' })
      await expectAgreement(jsonObject, randomColumns(10, 80, [{ type: utf8, value: oneOf(['k', 'l m']) }, source]), {
        type: 'JSON',
        sql: 'json_object(a, b)',
      })
    }
    // DuckDB prints decimals and doubles through its own JSON writer: 1e16 and 1.50 look different there.
    const plain: ColumnSource = { type: float64, value: (random) => Math.round(random() * 1000) / 8 }
    await expectAgreement(toJsonFunction, randomColumns(11, 80, [plain]), { type: 'JSON', except: ([value]) => value === null })
    await expectAgreement(toJsonFunction, randomColumns(11, 80, [decimal(9, 2)]), {
      type: 'JSON',
      except: ([value], ours, theirs) => value === null || Number(ours) === Number(theirs),
    })
  })
})
