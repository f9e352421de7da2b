import * as arrow from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { decodeSchema } from '@artemis/arrow'
import type { Field, Schema } from '@artemis/arrow'
import type { FlightDescriptor } from '../generated/Flight_pb.js'
import * as sql from '../generated/FlightSql_pb.js'
import { SESSION_COOKIE } from './session-cookie.js'
import { startService } from './testing/started-service.js'
import type { StartedService } from './testing/started-service.js'
import { command, ticketOf } from './testing/test-client.js'

/** A schema as FlightSql.proto's comments write it. */
function written({ fields }: Schema): string {
  return fields.map(writtenField).join(', ')
}

function writtenField({ name, type, nullable }: Field): string {
  const text = type.kind === 'list' ? `list<${type.element.type.kind}${type.element.nullable ? '' : ' not null'}>` : type.kind
  return `${name}: ${text}${nullable ? '' : ' not null'}`
}

const PRIMARY_KEYS =
  'catalog_name: utf8, db_schema_name: utf8, table_name: utf8 not null, column_name: utf8 not null, key_sequence: int32 not null, key_name: utf8'
const FOREIGN_KEYS =
  'pk_catalog_name: utf8, pk_db_schema_name: utf8, pk_table_name: utf8 not null, pk_column_name: utf8 not null, ' +
  'fk_catalog_name: utf8, fk_db_schema_name: utf8, fk_table_name: utf8 not null, fk_column_name: utf8 not null, ' +
  'key_sequence: int32 not null, fk_key_name: utf8, pk_key_name: utf8, update_rule: uint8 not null, delete_rule: uint8 not null'
const TABLES = 'catalog_name: utf8, db_schema_name: utf8, table_name: utf8 not null, table_type: utf8 not null'

const EXPECTED: readonly [string, FlightDescriptor, string, unknown][] = [
  ['GetCatalogs', command(sql.CommandGetCatalogsSchema, {}), 'catalog_name: utf8 not null', [['alpha', 'zeta']]],
  [
    'GetDbSchemas',
    command(sql.CommandGetDbSchemasSchema, {}),
    'catalog_name: utf8, db_schema_name: utf8 not null',
    [
      [null, 'alpha', 'alpha', 'zeta'],
      ['loose', 'extra', 'main', 'main'],
    ],
  ],
  [
    'GetDbSchemas of a catalog',
    command(sql.CommandGetDbSchemasSchema, { catalog: '' }),
    'catalog_name: utf8, db_schema_name: utf8 not null',
    [[null], ['loose']],
  ],
  [
    'GetDbSchemas by a pattern',
    command(sql.CommandGetDbSchemasSchema, { catalog: 'alpha', dbSchemaFilterPattern: 'm_i%' }),
    'catalog_name: utf8, db_schema_name: utf8 not null',
    [['alpha'], ['main']],
  ],
  [
    'GetTables',
    command(sql.CommandGetTablesSchema, {}),
    TABLES,
    [
      ['alpha', 'alpha'],
      ['main', 'main'],
      ['numbers', 'words'],
      ['TABLE', 'TABLE'],
    ],
  ],
  [
    'GetTables of base tables',
    command(sql.CommandGetTablesSchema, { tableTypes: ['BASE TABLE'], tableNameFilterPattern: 'w%' }),
    TABLES,
    [['alpha'], ['main'], ['words'], ['TABLE']],
  ],
  ['GetTables of views', command(sql.CommandGetTablesSchema, { tableTypes: ['VIEW'] }), TABLES, [[], [], [], []]],
  ['GetTableTypes', command(sql.CommandGetTableTypesSchema, {}), 'table_type: utf8 not null', [['TABLE', 'VIEW']]],
  ['GetPrimaryKeys', command(sql.CommandGetPrimaryKeysSchema, { table: 't' }), PRIMARY_KEYS, [[], [], [], [], [], []]],
  ['GetExportedKeys', command(sql.CommandGetExportedKeysSchema, { table: 't' }), FOREIGN_KEYS, Array.from({ length: 13 }, () => [])],
  ['GetImportedKeys', command(sql.CommandGetImportedKeysSchema, { table: 't' }), FOREIGN_KEYS, Array.from({ length: 13 }, () => [])],
  ['GetCrossReference', command(sql.CommandGetCrossReferenceSchema, { pkTable: 't', fkTable: 'u' }), FOREIGN_KEYS, Array.from({ length: 13 }, () => [])],
]

describe('metadata commands', () => {
  it.each(EXPECTED)('%s', async (_, descriptor, schema, columns) => {
    const { client, service, admitted } = startService()
    const info = await client.info(descriptor)
    const rows = await client.get(ticketOf(info))
    expect(written(rows.schema)).toBe(schema)
    expect(written(decodeSchema(info.schema))).toBe(schema)
    expect(written(decodeSchema((await service.getSchema(client.context('GetSchema'), descriptor)).schema))).toBe(schema)
    expect(rows.columns).toEqual(columns)
    // The command itself is as good as its ticket.
    expect((await client.get(descriptor.cmd)).columns).toEqual(columns)
    expect(new Set(admitted.map(({ kind }) => kind))).toEqual(new Set(['metadata']))
  })

  it('GetTables gives the schemas of tables', async () => {
    const { client } = startService()
    const { schema, columns } = await client.query(command(sql.CommandGetTablesSchema, { includeSchema: true }))
    expect(written(schema)).toBe(`${TABLES}, table_schema: binary not null`)
    expect(columns[4]!.map((bytes) => written(decodeSchema(bytes as Uint8Array)))).toEqual(['n: int64 not null', 'value: utf8'])
  })

  it('GetXdbcTypeInfo', async () => {
    const { client } = startService()
    const { schema, columns } = await client.query(command(sql.CommandGetXdbcTypeInfoSchema, {}))
    expect(written(schema)).toBe(
      'type_name: utf8 not null, data_type: int32 not null, column_size: int32, literal_prefix: utf8, literal_suffix: utf8, ' +
        'create_params: list<utf8 not null>, nullable: int32 not null, case_sensitive: bool not null, searchable: int32 not null, ' +
        'unsigned_attribute: bool, fixed_prec_scale: bool not null, auto_increment: bool, local_type_name: utf8, minimum_scale: int32, ' +
        'maximum_scale: int32, sql_data_type: int32 not null, datetime_subcode: int32, num_prec_radix: int32, interval_precision: int32',
    )
    expect(columns.slice(0, 2)).toEqual([
      ['BIGINT', 'TEXT', 'VARCHAR'],
      [-5, 12, 12],
    ])
    expect(columns[5]).toEqual([null, null, ['length']])
    expect((await client.query(command(sql.CommandGetXdbcTypeInfoSchema, { dataType: -5 }))).columns[0]).toEqual(['BIGINT'])
  })
})

describe('GetSqlInfo', () => {
  /** The payloads as a stream, read by another reader than ours. */
  async function readTable({ client }: StartedService, info: number[]): Promise<arrow.Table> {
    const chunks: Uint8Array[] = []
    for await (const { header, body } of client.stream(ticketOf(await client.info(command(sql.CommandGetSqlInfoSchema, { info }))))) {
      const prefix = new DataView(new ArrayBuffer(8))
      prefix.setUint32(0, 0xffff_ffff, true)
      prefix.setInt32(4, header.length, true)
      chunks.push(new Uint8Array(prefix.buffer), header, ...body)
    }
    return arrow.tableFromIPC(Buffer.concat(chunks))
  }

  it('has a dense union of values, in the order of their numbers', async () => {
    const started = startService()
    const table = await readTable(started, [])
    const [name, value] = table.schema.fields
    expect([name!.name, name!.nullable, name!.type.toString()]).toEqual(['info_name', false, 'Uint32'])
    expect([value!.name, value!.nullable]).toEqual(['value', false])
    const union = value!.type as arrow.DenseUnion
    expect(union.mode).toBe(arrow.UnionMode.Dense)
    expect([...union.typeIds]).toEqual([0, 1, 2, 3, 4, 5])
    expect(union.children.map((child) => `${child.name}: ${child.type}${child.nullable ? '' : ' not null'}`)).toEqual([
      'string_value: Utf8 not null',
      'bool_value: Bool not null',
      'bigint_value: Int64 not null',
      'int32_bitmask: Int32 not null',
      'string_list: List<Utf8> not null',
      'int32_to_int32_list_map: Map<{key:Int32, value:List<Int32>}> not null',
    ])
    expect([...table.getChild('info_name')!]).toEqual([0, 500, 508, 509, 517, 522, 541])
    const values = [...table.getChild('value')!].map(plainValue)
    expect(values).toEqual(['memory', false, ['SELECT', 'COUNT'], [], { 7: [0, 12], 19: [] }, 3, 9_007_199_254_740_993n])
  })

  it('gives what was asked for and is known', async () => {
    const started = startService()
    const table = await readTable(started, [522, 0, 999, 522])
    expect([...table.getChild('info_name')!]).toEqual([0, 522])
    expect([...table.getChild('value')!]).toEqual(['memory', 3])
    expect((await readTable(started, [999])).numRows).toBe(0)
    expect(started.outcomes.filter(({ rows }) => rows > 0).map(({ rows }) => rows)).toEqual([2])
  })

  function plainValue(value: unknown): unknown {
    if (value instanceof arrow.MapRow) return Object.fromEntries([...value].map(([key, list]) => [key, plainValue(list)]))
    return value instanceof arrow.Vector ? [...value] : value
  }
})

it('names the session in a cookie', async () => {
  const { client } = startService()
  await client.info(command(sql.CommandGetCatalogsSchema, {}))
  expect(client.headers).toEqual([['set-cookie', expect.stringMatching(new RegExp(`^${SESSION_COOKIE}=[\\w-]{24}; Path=/; HttpOnly$`))]])
})
