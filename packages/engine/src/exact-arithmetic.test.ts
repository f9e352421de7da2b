/** Fused arithmetic over decimals and 64-bit integers gives what the kernels give, also beyond what a double holds. */

import type { DataType, Scalar } from '@artemis/arrow'
import { Batch, decimal, dictionaryEncode, field, int32, int64, schema, vectorFromScalars } from '@artemis/arrow'
import { afterAll, describe, expect, it } from 'vitest'
import { SessionContext } from './session/session-context.js'

const fields = [
  field('price', decimal(15, 2)),
  field('discount', decimal(4, 2)),
  field('wide', decimal(38, 3)),
  field('big', int64),
  field('small', int32),
  field('flag', int32),
]
const COLUMNS = schema(fields)

let state = 12345
function random(): number {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0
  return state / 4294967296
}

function whole(magnitude: number): bigint {
  return BigInt(Math.floor((random() - 0.5) * 2 * 10 ** Math.min(magnitude, 15))) * 10n ** BigInt(Math.max(0, magnitude - 15))
}

function value(type: DataType, magnitude: number): Scalar {
  if (random() < 0.15) return null
  return type.kind === 'int32' ? Number(whole(Math.min(4, magnitude))) : whole(magnitude)
}

/** `coded` batches hold their decimals as codes; `magnitude` is that of `price`, `wide` and `big` in digits. */
function batchOf(rows: number, magnitude: number, coded: boolean): Batch {
  const vectors = fields.map(({ name, type }) => {
    if (name === 'flag') return vectorFromScalars(type, Array.from({ length: rows }, () => (random() < 0.6 ? 1 : 0)))
    const pool = Array.from({ length: coded ? 12 : rows }, () => value(type, name === 'discount' ? 4 : magnitude))
    const vector = vectorFromScalars(type, Array.from({ length: rows }, (_, i) => (coded ? pool[Math.floor(random() * 12)]! : pool[i]!)))
    return coded && type.kind === 'decimal' ? dictionaryEncode(vector) : vector
  })
  return new Batch(COLUMNS, rows, vectors)
}

const EXPRESSIONS = [
  'price * (1 - discount)',
  'price * (1 - discount) * (1 + discount)',
  'price + wide',
  'wide - price',
  'wide * discount',
  'big + small',
  'big * small - big',
  '(small + 2) * big',
  'price * small',
  'discount * big',
  'CAST(small AS DECIMAL(20, 6)) + price',
  'big % 1000 + small',
  'big % -7',
]

const session = new SessionContext()
afterAll(() => session.close())

async function rowsOf(sql: string, codegen: 'on' | 'off'): Promise<unknown> {
  await (await session.sql(`SET artemis.codegen = ${codegen}`)).toArray()
  try {
    return await (await session.sql(sql)).toArray()
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe.each([
  ['small values', 11],
  ['values around 2^53', 15],
])('%s', (_, magnitude) => {
  it.each(EXPRESSIONS)('%s', async (expression) => {
    session.registerTable('numbers', {
      schema: COLUMNS,
      batches: () => [batchOf(500, magnitude, false), batchOf(300, magnitude, true), batchOf(200, 6, false)],
    })
    for (const sql of [
      `SELECT ${expression} AS x FROM numbers`,
      `SELECT ${expression} AS x FROM numbers WHERE flag = 1`,
      `SELECT flag, SUM(${expression}) AS x, COUNT(${expression}) AS n FROM numbers WHERE discount > -50 GROUP BY flag ORDER BY flag`,
    ]) {
      state = 99
      const fused = await rowsOf(sql, 'on')
      state = 99
      expect(fused).toEqual(await rowsOf(sql, 'off'))
    }
  })
})

it('overflow is an error of the kernels, and names the values', async () => {
  const columns = schema([field('x', decimal(18, 2)), field('y', int64)])
  const batch = new Batch(columns, 2, [vectorFromScalars(decimal(18, 2), [1n, 999_999_999_999_999_999n]), vectorFromScalars(int64, [1n, 9_223_372_036_854_775_807n])])
  session.registerTable('limits', { schema: columns, batches: () => [batch] })
  await session.sql('SET artemis.codegen = on')
  await expect(session.sql('SELECT x * 1.5 * x FROM limits').then((result) => result.toArray())).rejects.toMatchObject({ code: 'OUT_OF_RANGE' })
  await expect(session.sql('SELECT y + 1 FROM limits').then((result) => result.toArray())).rejects.toMatchObject({ code: 'OUT_OF_RANGE' })
})
