/**
 * Tables with the schema of TPC-H and values from the domains that its 22 queries ask for, so that each of them finds
 * rows. A small seeded generator of our own, not dbgen: results are compared between engines, not with published answers.
 */

import type { DataType, Scalar, Schema } from '@artemis/arrow'
import { Batch, date32, decimal, field, int32, int64, schema, utf8, vectorFromScalars } from '@artemis/arrow'
import { SeededRandom } from '../demo/random.js'

const MONEY = decimal(15, 2)

export const TPCH_SCHEMAS: Readonly<Record<string, Schema>> = {
  region: columns({ r_regionkey: int32, r_name: utf8, r_comment: utf8 }),
  nation: columns({ n_nationkey: int32, n_name: utf8, n_regionkey: int32, n_comment: utf8 }),
  supplier: columns({ s_suppkey: int64, s_name: utf8, s_address: utf8, s_nationkey: int32, s_phone: utf8, s_acctbal: MONEY, s_comment: utf8 }),
  customer: columns({ c_custkey: int64, c_name: utf8, c_address: utf8, c_nationkey: int32, c_phone: utf8, c_acctbal: MONEY, c_mktsegment: utf8, c_comment: utf8 }),
  part: columns({ p_partkey: int64, p_name: utf8, p_mfgr: utf8, p_brand: utf8, p_type: utf8, p_size: int32, p_container: utf8, p_retailprice: MONEY, p_comment: utf8 }),
  partsupp: columns({ ps_partkey: int64, ps_suppkey: int64, ps_availqty: int64, ps_supplycost: MONEY, ps_comment: utf8 }),
  orders: columns({ o_orderkey: int64, o_custkey: int64, o_orderstatus: utf8, o_totalprice: MONEY, o_orderdate: date32, o_orderpriority: utf8, o_clerk: utf8, o_shippriority: int32, o_comment: utf8 }),
  lineitem: columns({
    l_orderkey: int64, l_partkey: int64, l_suppkey: int64, l_linenumber: int64, l_quantity: MONEY, l_extendedprice: MONEY, l_discount: MONEY, l_tax: MONEY, l_returnflag: utf8,
    l_linestatus: utf8, l_shipdate: date32, l_commitdate: date32, l_receiptdate: date32, l_shipinstruct: utf8, l_shipmode: utf8, l_comment: utf8,
  }), // prettier-ignore
}

function columns(types: Readonly<Record<string, DataType>>): Schema {
  return schema(Object.entries(types).map(([name, type]) => field(name, type, false)))
}

const REGIONS = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST']
const NATIONS: readonly (readonly [string, number])[] = [
  ['ALGERIA', 0], ['ARGENTINA', 1], ['BRAZIL', 1], ['CANADA', 1], ['EGYPT', 4], ['ETHIOPIA', 0], ['FRANCE', 3], ['GERMANY', 3], ['INDIA', 2], ['INDONESIA', 2], ['IRAN', 4], ['IRAQ', 4],
  ['JAPAN', 2], ['JORDAN', 4], ['KENYA', 0], ['MOROCCO', 0], ['MOZAMBIQUE', 0], ['PERU', 1], ['CHINA', 2], ['ROMANIA', 3], ['SAUDI ARABIA', 4], ['VIETNAM', 2], ['RUSSIA', 3],
  ['UNITED KINGDOM', 3], ['UNITED STATES', 1],
] // prettier-ignore
const SEGMENTS = ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'HOUSEHOLD', 'MACHINERY']
const PRIORITIES = ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW']
const MODES = ['AIR', 'AIR REG', 'FOB', 'MAIL', 'RAIL', 'REG AIR', 'SHIP', 'TRUCK']
const INSTRUCTIONS = ['COLLECT COD', 'DELIVER IN PERSON', 'NONE', 'TAKE BACK RETURN']
const COLORS = ['almond', 'antique', 'forest', 'green', 'lemon', 'midnight', 'peach', 'rose']
const TYPES = [['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'], ['ANODIZED', 'BURNISHED', 'PLATED', 'POLISHED', 'BRUSHED'], ['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER']] // prettier-ignore
const CONTAINERS = [['SM', 'MED', 'LG', 'JUMBO', 'WRAP'], ['CASE', 'BOX', 'BAG', 'JAR', 'PKG', 'PACK', 'CAN', 'DRUM']]
const WORDS = ['furiously', 'special', 'packages', 'requests', 'Customer', 'Complaints', 'ironic', 'deposits', 'sleep', 'quickly', 'final', 'accounts']

const FIRST_DAY = Date.UTC(1992, 0, 1) / 86_400_000
const LAST_DAY = Date.UTC(1998, 7, 2) / 86_400_000
const CURRENT_DAY = Date.UTC(1995, 5, 17) / 86_400_000

/** All tables by name; `orders` is how many orders there are, and the other tables follow. */
export function tpchTables(orders: number, seed = 22): ReadonlyMap<string, Batch> {
  const random = new SeededRandom(seed)
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)]!
  const between = (low: number, high: number): number => low + random.below(high - low + 1)
  const comment = (): string => Array.from({ length: between(3, 8) }, () => pick(WORDS)).join(' ')
  const money = (low: number, high: number): bigint => BigInt(between(low, high))
  const phone = (nation: number): string => `${nation + 10}-${between(100, 999)}-${between(100, 999)}-${between(1000, 9999)}`
  const counts = { supplier: Math.max(50, Math.floor(orders / 150)), customer: Math.max(10, Math.floor(orders / 10)), part: Math.max(20, Math.floor(orders / 2)) }

  const rows: Record<string, Scalar[][]> = { partsupp: [], orders: [], lineitem: [] }
  rows['region'] = REGIONS.map((name, key) => [key, name, comment()])
  rows['nation'] = NATIONS.map(([name, region], key) => [key, name, region, comment()])
  rows['supplier'] = Array.from({ length: counts.supplier }, (_, i) => {
    const nation = i % NATIONS.length
    return [BigInt(i + 1), `Supplier#${pad(i + 1)}`, comment(), nation, phone(nation), money(-99_999, 999_999), comment()]
  })
  rows['customer'] = Array.from({ length: counts.customer }, (_, i) => {
    const nation = random.below(NATIONS.length)
    return [BigInt(i + 1), `Customer#${pad(i + 1)}`, comment(), nation, phone(nation), money(-99_999, 999_999), pick(SEGMENTS), comment()]
  })
  const suppliersOf: bigint[][] = []
  rows['part'] = Array.from({ length: counts.part }, (_, i) => {
    const key = BigInt(i + 1)
    const suppliers = [...new Set(Array.from({ length: 4 }, () => money(1, counts.supplier)))]
    suppliersOf.push(suppliers)
    for (const supplier of suppliers) rows['partsupp']!.push([key, supplier, money(1, 9999), money(100, 100_000), comment()])
    const name = [pick(COLORS), pick(COLORS), pick(COLORS)].join(' ')
    const maker = between(1, 5)
    return [key, name, `Manufacturer#${maker}`, `Brand#${maker}${between(1, 5)}`, TYPES.map(pick).join(' '), between(1, 50), CONTAINERS.map(pick).join(' '), money(90_000, 200_000), comment()]
  })
  for (let i = 0; i < orders; i++) {
    const key = BigInt(i * 4 + 1)
    const day = between(FIRST_DAY, LAST_DAY - 151)
    let total = 0n
    let open = 0
    // Most orders are small; a few have what query 18 looks for.
    const lines = i % 97 === 0 ? 7 : between(1, 7)
    for (let line = 1; line <= lines; line++) {
      const part = random.below(counts.part)
      const shipped = day + between(1, 121)
      const received = shipped + between(1, 30)
      const quantity = i % 97 === 0 ? 50 : between(1, 50)
      const price = BigInt(quantity) * money(90_000, 200_000)
      const flag = received <= CURRENT_DAY ? pick(['R', 'A']) : 'N'
      if (shipped > CURRENT_DAY) open++
      total += price
      rows['lineitem']!.push([
        key, BigInt(part + 1), pick(suppliersOf[part]!), BigInt(line), BigInt(quantity) * 100n, price, money(0, 10), money(0, 8), flag, shipped > CURRENT_DAY ? 'O' : 'F', shipped, day + between(30, 90), received,
        pick(INSTRUCTIONS), pick(MODES), comment(),
      ]) // prettier-ignore
    }
    // A third of the customers never order, as in the original.
    const customer = BigInt(Math.floor(random.below(counts.customer) / 3) * 3 + 1 + random.below(2))
    const status = open === 0 ? 'F' : open === lines ? 'O' : 'P'
    rows['orders']!.push([key, customer, status, total, day, pick(PRIORITIES), `Clerk#${pad(between(1, 100))}`, 0, comment()])
  }
  return new Map(Object.entries(TPCH_SCHEMAS).map(([name, of]) => [name, batchOf(of, rows[name]!)]))
}

function batchOf(of: Schema, rows: readonly (readonly Scalar[])[]): Batch {
  return new Batch(of, rows.length, of.fields.map(({ type }, i) => vectorFromScalars(type, rows.map((row) => row[i]!)))) // prettier-ignore
}

function pad(value: number): string {
  return String(value).padStart(9, '0')
}
