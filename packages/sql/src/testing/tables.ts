/** Tables that tests of the binder share: two small ones with many types, a view, and those of TPC-H. */

import { bool, date32, decimal, field, float64, int32, int64, int8, list, map, struct, timestamp, timestamptz, utf8 } from '@artemis/plan'
import type { StubTable } from './stub-context.js'
import { table, view } from './stub-context.js'

const money = decimal(15, 2)

export const smallTables: readonly StubTable[] = [
  table('t', {
    a: int32,
    b: int64,
    s: utf8,
    day: date32,
    Price: money,
    ok: bool,
    ts: timestamp(),
    at: timestamptz(),
    tiny: int8,
    f: float64,
  }),
  table('u', {
    a: int32,
    c: utf8,
    d: float64,
    st: struct([field('x', int32), field('Y', utf8)]),
    l: list(int64),
    m: map(field('key', utf8, false), field('value', int32)),
  }),
  table('required', { id: field('id', int32, false), name: utf8 }),
  view('v', 'SELECT a, upper(s) AS su FROM t WHERE b > 1'),
  table('artemis.ops.runs', { id: int64 }),
  table('artemis.information_schema.tables', { table_catalog: utf8, table_schema: utf8, table_name: utf8, table_type: utf8 }),
  table('artemis.information_schema.schemata', { catalog_name: utf8, schema_name: utf8 }),
  table('artemis.information_schema.settings', { name: utf8, value: utf8, description: utf8 }),
]

export const tpchTables: readonly StubTable[] = [
  table('region', { r_regionkey: int32, r_name: utf8, r_comment: utf8 }),
  table('nation', { n_nationkey: int32, n_name: utf8, n_regionkey: int32, n_comment: utf8 }),
  table('supplier', {
    s_suppkey: int64,
    s_name: utf8,
    s_address: utf8,
    s_nationkey: int32,
    s_phone: utf8,
    s_acctbal: money,
    s_comment: utf8,
  }),
  table('part', {
    p_partkey: int64,
    p_name: utf8,
    p_mfgr: utf8,
    p_brand: utf8,
    p_type: utf8,
    p_size: int32,
    p_container: utf8,
    p_retailprice: money,
    p_comment: utf8,
  }),
  table('partsupp', { ps_partkey: int64, ps_suppkey: int64, ps_availqty: int64, ps_supplycost: money, ps_comment: utf8 }),
  table('customer', {
    c_custkey: int64,
    c_name: utf8,
    c_address: utf8,
    c_nationkey: int32,
    c_phone: utf8,
    c_acctbal: money,
    c_mktsegment: utf8,
    c_comment: utf8,
  }),
  table('orders', {
    o_orderkey: int64,
    o_custkey: int64,
    o_orderstatus: utf8,
    o_totalprice: money,
    o_orderdate: date32,
    o_orderpriority: utf8,
    o_clerk: utf8,
    o_shippriority: int32,
    o_comment: utf8,
  }),
  table('lineitem', {
    l_orderkey: int64,
    l_partkey: int64,
    l_suppkey: int64,
    l_linenumber: int64,
    l_quantity: money,
    l_extendedprice: money,
    l_discount: money,
    l_tax: money,
    l_returnflag: utf8,
    l_linestatus: utf8,
    l_shipdate: date32,
    l_commitdate: date32,
    l_receiptdate: date32,
    l_shipinstruct: utf8,
    l_shipmode: utf8,
    l_comment: utf8,
  }),
]
