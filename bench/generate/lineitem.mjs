/**
 * `bench.lineitem`: the columns that TPC-H's query 1 reads and the keys around them, with the value ranges of the TPC-H
 * specification (4.2.3), from a generator of our own: six million rows, which is scale factor 1.
 */

import { Batch, date32, int32, int64, primitiveVector } from '@artemis/arrow'
import { codedText, decimalVector } from './columns.mjs'
import { seededRandom } from './random.mjs'

export const LINEITEM_ROWS = 6_000_000
export const ROWS_PER_FILE = 1_500_000
const CHUNK = 125_000
const ORDERS_PER_CHUNK = 50_000

const dayOf = (text) => Date.parse(`${text}T00:00:00Z`) / 86_400_000
const FIRST_ORDER = dayOf('1992-01-01')
const LAST_ORDER = dayOf('1998-08-02')
const TODAY = dayOf('1995-06-17')
const MODES = ['AIR', 'FOB', 'MAIL', 'RAIL', 'REG AIR', 'SHIP', 'TRUCK']

const money = { kind: 'decimal', precision: 15, scale: 2 }

export const LINEITEM_COLUMNS = [
  { name: 'l_orderkey', type: { kind: 'long' }, required: true },
  { name: 'l_partkey', type: { kind: 'long' }, required: true },
  { name: 'l_suppkey', type: { kind: 'long' }, required: true },
  { name: 'l_linenumber', type: { kind: 'int' }, required: true },
  { name: 'l_quantity', type: money, required: true },
  { name: 'l_extendedprice', type: money, required: true },
  { name: 'l_discount', type: money, required: true },
  { name: 'l_tax', type: money, required: true },
  { name: 'l_returnflag', type: { kind: 'string' }, required: true },
  { name: 'l_linestatus', type: { kind: 'string' }, required: true },
  { name: 'l_shipdate', type: { kind: 'date' }, required: true },
  { name: 'l_shipmode', type: { kind: 'string' }, required: true },
]

export function* lineitemBatches(schema, firstRow, rowCount) {
  for (let start = firstRow; start < firstRow + rowCount; start += CHUNK) yield lineitemBatch(schema, start, Math.min(CHUNK, firstRow + rowCount - start))
}

function lineitemBatch(schema, start, rows) {
  const random = seededRandom(0x71c4 ^ start)
  const below = (limit) => Math.floor(random() * limit)
  const numbers = () => new Float64Array(rows)
  const orderKey = new BigInt64Array(rows)
  const partKey = new BigInt64Array(rows)
  const supplierKey = new BigInt64Array(rows)
  const lineNumber = new Int32Array(rows)
  const [quantity, price, discount, tax] = [numbers(), numbers(), numbers(), numbers()]
  const [flag, status, mode, shipDate] = [new Int32Array(rows), new Int32Array(rows), new Int32Array(rows), new Int32Array(rows)]
  let order = (start / CHUNK) * ORDERS_PER_CHUNK
  let line = 0
  let lines = 0
  let orderDay = 0
  for (let i = 0; i < rows; i++) {
    if (line === lines) {
      order++
      line = 0
      lines = 1 + below(7)
      orderDay = FIRST_ORDER + below(LAST_ORDER - FIRST_ORDER)
    }
    line++
    const part = 1 + below(200_000)
    const shipped = orderDay + 1 + below(121)
    const received = shipped + 1 + below(30)
    orderKey[i] = BigInt(order)
    partKey[i] = BigInt(part)
    supplierKey[i] = BigInt(1 + below(10_000))
    lineNumber[i] = line
    quantity[i] = (1 + below(50)) * 100
    price[i] = (quantity[i] / 100) * (90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1000))
    discount[i] = below(11)
    tax[i] = below(9)
    flag[i] = received <= TODAY ? below(2) : 2
    status[i] = shipped > TODAY ? 1 : 0
    mode[i] = below(MODES.length)
    shipDate[i] = shipped
  }
  return new Batch(schema, rows, [
    primitiveVector(int64, orderKey),
    primitiveVector(int64, partKey),
    primitiveVector(int64, supplierKey),
    primitiveVector(int32, lineNumber),
    decimalVector(quantity, 15, 2),
    decimalVector(price, 15, 2),
    decimalVector(discount, 15, 2),
    decimalVector(tax, 15, 2),
    codedText(flag, ['A', 'R', 'N']),
    codedText(status, ['F', 'O']),
    primitiveVector(date32, shipDate),
    codedText(mode, MODES),
  ])
}
