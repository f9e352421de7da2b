import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { CatalogError, DataError, UnsupportedError } from '@artemis/errors'
import { fieldByName } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import { nestedField, typeName } from '../model/type.js'
import { literalFromJson, literalToJson } from './literal-json.js'
import { snapshotAsOf, snapshotById, snapshotByRef } from './lookup.js'
import { decodeMetadataFile, encodeMetadataFile, isMetadataFileName, metadataVersionOf } from './metadata-file.js'
import { parseTableMetadata, serializeTableMetadata } from './metadata-json.js'
import { nameMappingOfSchema, parseNameMapping, serializeNameMapping, updateNameMapping } from './name-mapping.js'
import { schemaOf } from './new-schema.js'
import { schemaFromJson, schemaToJson } from './schema-json.js'
import { SchemaUpdate } from './schema-update.js'
import { SpecUpdate, partitionSpecOf, sortOrderOf } from './spec-update.js'

const ID = 9007199254740993n
const DAY = 86_400_000

const v2 = (over: Record<string, unknown> = {}) =>
  JSON.stringify({
    'format-version': 2,
    'table-uuid': '9c12d441-03fe-4693-9a96-a0705ddf69c1',
    location: '/w/db/t',
    'last-sequence-number': 34,
    'last-updated-ms': 4 * DAY,
    'last-column-id': 3,
    'current-schema-id': 0,
    schemas: [
      {
        type: 'struct',
        'schema-id': 0,
        'identifier-field-ids': [1],
        fields: [
          { id: 1, name: 'x', required: true, type: 'long' },
          { id: 2, name: 'y', required: false, type: 'long', doc: 'comment' },
          { id: 3, name: 'z', required: false, type: 'string' },
        ],
      },
    ],
    'default-spec-id': 0,
    'partition-specs': [{ 'spec-id': 0, fields: [{ name: 'y', transform: 'identity', 'source-id': 2, 'field-id': 1000 }] }],
    'last-partition-id': 1000,
    'default-sort-order-id': 3,
    'sort-orders': [
      { 'order-id': 0, fields: [] },
      { 'order-id': 3, fields: [{ transform: 'bucket[4]', 'source-id': 3, direction: 'desc', 'null-order': 'nulls-last' }] },
    ],
    properties: { 'read.split.target.size': '134217728' },
    'current-snapshot-id': 'CURRENT',
    snapshots: [
      {
        'snapshot-id': 'FIRST',
        'timestamp-ms': DAY,
        'sequence-number': 0,
        summary: { operation: 'append' },
        'manifest-list': 's3://a/b/1.avro',
      },
      {
        'snapshot-id': 'CURRENT',
        'parent-snapshot-id': 'FIRST',
        'timestamp-ms': 3 * DAY,
        'sequence-number': 1,
        summary: { operation: 'append', engine: '12n' },
        'manifest-list': 's3://a/b/2.avro',
        'schema-id': 0,
        'key-id': 'later',
      },
    ],
    'snapshot-log': [
      { 'snapshot-id': 'FIRST', 'timestamp-ms': DAY },
      { 'snapshot-id': 'CURRENT', 'timestamp-ms': 3 * DAY },
    ],
    'metadata-log': [],
    refs: { test: { 'snapshot-id': 'FIRST', type: 'tag', 'max-ref-age-ms': 10000000 } },
    'some-later-field': { deep: ['CURRENT'] },
    ...over,
  })
    .replaceAll('"FIRST"', '3051729675574597004')
    .replaceAll('"CURRENT"', String(ID))

const base = () => parseTableMetadata(v2())

describe('metadata.json', () => {
  it('keeps every bit of a 64-bit id, and what it does not know', () => {
    const metadata = base()
    expect(metadata.currentSnapshotId).toBe(ID)
    expect(metadata.snapshots[0]!.snapshotId).toBe(3051729675574597004n)
    expect(metadata.extra).toEqual({ 'some-later-field': { deep: [ID] } })
    expect(metadata.snapshots[1]!.extra).toEqual({ 'key-id': 'later' })
    expect(metadata.snapshots[1]!.summary['engine']).toBe('12n')
    const text = serializeTableMetadata(metadata)
    expect(text).toContain(`"current-snapshot-id":${ID}`)
    expect(parseTableMetadata(text)).toEqual(metadata)
  })

  it('gives a table with a current snapshot its main branch', () => {
    expect(base().refs['main']).toMatchObject({ snapshotId: ID, type: 'branch' })
    expect(base().refs['test']).toMatchObject({ type: 'tag', maxRefAgeMs: 10000000 })
  })

  it.each([{ 'current-snapshot-id': -1 }, { 'current-snapshot-id': null }, { 'current-snapshot-id': undefined }])(
    'reads %j as no snapshot',
    (none) => {
      const metadata = parseTableMetadata(v2({ ...none, snapshots: [], 'snapshot-log': [], refs: {} }))
      expect(metadata.currentSnapshotId).toBeUndefined()
      expect(JSON.parse(serializeTableMetadata(metadata))['current-snapshot-id']).toBe(-1)
    },
  )

  it('writes every field that v2 requires', () => {
    const json = JSON.parse(serializeTableMetadata(base())) as Record<string, unknown>
    for (const key of [
      'format-version',
      'table-uuid',
      'location',
      'last-sequence-number',
      'last-updated-ms',
      'last-column-id',
      'schemas',
      'current-schema-id',
      'partition-specs',
      'default-spec-id',
      'last-partition-id',
      'sort-orders',
      'default-sort-order-id',
    ]) {
      expect(json[key], key).toBeDefined()
    }
  })

  it('fills what v1 leaves out', () => {
    const metadata = parseTableMetadata(
      JSON.stringify({
        'format-version': 1,
        location: '/w/t',
        'last-updated-ms': 5,
        'last-column-id': 1,
        schema: { type: 'struct', fields: [{ id: 1, name: 'x', required: true, type: 'long' }] },
        'partition-spec': [{ name: 'x', transform: 'identity', 'source-id': 1 }],
      }),
    )
    expect(metadata).toMatchObject({
      formatVersion: 1,
      currentSchemaId: 0,
      defaultSpecId: 0,
      lastPartitionId: 1000,
      lastSequenceNumber: 0n,
      defaultSortOrderId: 0,
    })
    expect(metadata.partitionSpecs[0]!.fields[0]).toMatchObject({ fieldId: 1000 })
    const json = JSON.parse(serializeTableMetadata(metadata)) as Record<string, unknown>
    expect(json['schema']).toBeDefined()
    expect(json['partition-spec']).toEqual([{ 'source-id': 1, 'field-id': 1000, name: 'x', transform: 'identity' }])
  })

  it('names what is wrong', () => {
    expect(() => parseTableMetadata('{')).toThrow(DataError)
    expect(() => parseTableMetadata('[]')).toThrow(/not a JSON object/)
    expect(() => parseTableMetadata(v2({ location: undefined }))).toThrow(/"location"/)
    expect(() => parseTableMetadata(v2({ 'current-schema-id': 7 }))).toThrow(/schema 7/)
    expect(() => parseTableMetadata(v2({ 'format-version': 4 }))).toThrow(UnsupportedError)
    expect(() => parseTableMetadata(v2({ snapshots: [] }))).toThrow(/snapshot 9007199254740993/)
    expect(() => decodeMetadataFile(Buffer.from('{"format-version":2}'), '/w/x.metadata.json')).toThrow(/\/w\/x.metadata.json: .*schema/)
  })

  it('is read compressed, by its bytes', () => {
    expect(decodeMetadataFile(gzipSync(v2()), 'v1.gz.metadata.json')).toEqual(base())
    expect(decodeMetadataFile(encodeMetadataFile(base(), 'gzip'), 'v1.metadata.json.gz')).toEqual(base())
    expect(() => decodeMetadataFile(gzipSync(v2()).subarray(0, 50), 'x')).toThrow(DataError)
  })

  it('has its version in the name', () => {
    expect(
      [
        'v3.metadata.json',
        'v12.gz.metadata.json',
        '00007-ab-cd.metadata.json',
        '00007-ab.metadata.json.gz',
        'v3.1.metadata.json',
        'x.json',
      ].map(metadataVersionOf),
    ).toEqual([3, 12, 7, 7, undefined, undefined])
    expect(isMetadataFileName('a.metadata.json.gz')).toBe(true)
  })
})

describe('time travel', () => {
  const now = 10 * DAY
  it('follows the snapshot log', () => {
    expect(snapshotAsOf(base(), DAY, now).snapshotId).toBe(3051729675574597004n)
    expect(snapshotAsOf(base(), 3 * DAY - 1, now).snapshotId).toBe(3051729675574597004n)
    expect(snapshotAsOf(base(), 3 * DAY, now).snapshotId).toBe(ID)
    expect(snapshotAsOf(base(), now, now).snapshotId).toBe(ID)
    expect(snapshotByRef(base(), 'test').snapshotId).toBe(3051729675574597004n)
  })
  it('says what is kept when it cannot', () => {
    const code = (act: () => unknown) => {
      try {
        act()
      } catch (error) {
        return [(error as CatalogError).code, (error as CatalogError).message] as const
      }
      throw new Error('did not fail')
    }
    const [before, beforeText] = code(() => snapshotAsOf(base(), DAY - 1, now))
    expect(before).toBe('TIMESTAMP_BEFORE_FIRST_SNAPSHOT')
    expect(beforeText).toContain('the oldest one kept is 3051729675574597004 of 1970-01-02')
    expect(code(() => snapshotAsOf(base(), now + 1, now))[0]).toBe('TIMESTAMP_IN_FUTURE')
    expect(code(() => snapshotById(base(), 5n))[0]).toBe('SNAPSHOT_NOT_FOUND')
    const expired = parseTableMetadata(
      v2({ refs: {}, 'snapshot-log': [{ 'snapshot-id': 'CURRENT', 'timestamp-ms': 3 * DAY }] }).replace(
        /\{"snapshot-id":3051729675574597004,"timestamp-ms".*?\},(?=\{"snapshot-id":9)/,
        '',
      ),
    )
    expect(expired.snapshots).toHaveLength(1)
    expect(code(() => snapshotAsOf(expired, 2 * DAY, now))).toEqual([
      'SNAPSHOT_EXPIRED',
      'the snapshot that was current at 1970-01-03T00:00:00.000Z has been expired; ' +
        'the oldest one kept is 9007199254740993 of 1970-01-04T00:00:00.000Z',
    ])
    expect(code(() => snapshotById(expired, 3051729675574597004n))[0]).toBe('SNAPSHOT_EXPIRED')
    try {
      snapshotByRef(base(), 'tset')
    } catch (error) {
      expect((error as CatalogError).hint).toContain('test')
    }
  })
  it('uses the parents where there is no log', () => {
    expect(snapshotAsOf(parseTableMetadata(v2({ 'snapshot-log': [] })), 2 * DAY, now).snapshotId).toBe(3051729675574597004n)
  })
  it('takes what a writer with a fast clock committed for the present', () => {
    expect(snapshotAsOf(base(), 3 * DAY, 2 * DAY).snapshotId).toBe(ID)
  })
})

describe('default values as JSON (Appendix D)', () => {
  const cases: readonly [IcebergType, unknown, unknown][] = [
    [{ kind: 'decimal', precision: 9, scale: 2 }, '14.20', 1420n],
    [{ kind: 'decimal', precision: 9, scale: 2 }, '-0.05', -5n],
    [{ kind: 'date' }, '2017-11-16', 17486],
    [{ kind: 'date' }, '1969-12-31', -1],
    [{ kind: 'time' }, '22:31:08.123456', 81068123456n],
    [{ kind: 'timestamp' }, '2017-11-16T22:31:08.123456', 1510871468123456n],
    [{ kind: 'timestamp' }, '1969-12-31T23:59:59.999999', -1n],
    [{ kind: 'timestamptz' }, '2017-11-16T22:31:08.123456+00:00', 1510871468123456n],
    [{ kind: 'timestamp_ns' }, '2017-11-16T22:31:08.123456789', 1510871468123456789n],
    [{ kind: 'uuid' }, 'f79c3e09-677c-4bbd-a479-3f349cb785e7', Uint8Array.from(Buffer.from('f79c3e09677c4bbda4793f349cb785e7', 'hex'))],
    [{ kind: 'fixed', length: 2 }, '00ff', Uint8Array.of(0, 255)],
    [{ kind: 'long' }, 5, 5n],
    [{ kind: 'boolean' }, false, false],
  ]
  it.each(cases)('%j %j', (type, json, value) => {
    expect(literalFromJson(type as never, json)).toEqual(value)
    expect(literalToJson(type as never, value as never)).toEqual(typeof json === 'number' ? BigInt(json) : json)
  })
  it('refuses what is not of the type', () => {
    for (const [kind, json] of [
      ['int', 'x'],
      ['date', '2017-02-30'],
      ['date', 5],
      ['uuid', 'f79c'],
      ['boolean', 1],
      ['timestamp', '2017-11-16'],
    ] as const) {
      expect(() => literalFromJson({ kind }, json), `${kind} ${json}`).toThrow(DataError)
    }
  })
})

describe('schema evolution', () => {
  const point: IcebergType = {
    kind: 'struct',
    fields: [
      nestedField({ id: 90, name: 'lat', type: { kind: 'float' }, required: true }),
      nestedField({ id: 91, name: 'long', type: { kind: 'float' } }),
    ],
  }
  const update = () => new SchemaUpdate(base())

  it('adds with new ids, nested ones too', () => {
    const { schema, lastColumnId } = update()
      .addColumn('points', { kind: 'list', elementId: 0, elementRequired: true, element: point })
      .addColumn('m', { kind: 'map', keyId: 0, key: { kind: 'string' }, valueId: 0, valueRequired: false, value: point })
      .apply()
    expect(lastColumnId).toBe(12)
    expect(schema.fields.map((field) => field.id)).toEqual([1, 2, 3, 4, 8])
    expect(typeName(schema.fields[3]!.type)).toBe('list<struct<6: lat: float, 7: long: float>>')
    expect(typeName(schema.fields[4]!.type)).toBe('map<string, struct<11: lat: float, 12: long: float>>')
    expect(schemaFromJson(schemaToJson(schema))).toEqual(schema)
  })

  it('changes fields at any depth by id', () => {
    const { schema } = update()
      .addColumn('points', { kind: 'list', elementId: 0, elementRequired: true, element: point })
      .addColumn('points.alt', { kind: 'float' })
      .updateColumnType('points.element.alt', { kind: 'double' })
      .renameColumn('points.element.lat', 'latitude')
      .makeOptional('points.element.latitude')
      .moveColumn('points.element.alt', 'first')
      .dropColumn('points.element.long')
      .updateDoc('points', 'a path')
      .apply()
    const field = fieldByName(schema, 'points.element.latitude')!
    expect([field.field.id, field.field.required, field.repeated, field.idPath]).toEqual([6, false, true, [4, 5, 6]])
    expect(typeName(schema.fields[3]!.type)).toBe('list<struct<8: alt: double, 6: latitude: float>>')
    expect(schema.fields[3]!.doc).toBe('a path')
  })

  it('moves columns, renames them, and never uses an id again', () => {
    const { schema, lastColumnId } = update()
      .renameColumn('z', 'zed')
      .moveColumn('zed', { before: 'y' })
      .addColumn('a', { kind: 'int' })
      .moveColumn('a', { after: 'x' })
      .dropColumn('a')
      .addColumn('a', { kind: 'int' })
      .apply()
    expect(schema.fields.map((field) => [field.id, field.name])).toEqual([
      [1, 'x'],
      [3, 'zed'],
      [2, 'y'],
      [5, 'a'],
    ])
    expect(lastColumnId).toBe(5)
  })

  it.each<[IcebergType, IcebergType, boolean]>([
    [{ kind: 'int' }, { kind: 'long' }, true],
    [{ kind: 'float' }, { kind: 'double' }, true],
    [{ kind: 'decimal', precision: 9, scale: 2 }, { kind: 'decimal', precision: 18, scale: 2 }, true],
    [{ kind: 'decimal', precision: 9, scale: 2 }, { kind: 'decimal', precision: 18, scale: 3 }, false],
    [{ kind: 'decimal', precision: 9, scale: 2 }, { kind: 'decimal', precision: 8, scale: 2 }, false],
    [{ kind: 'long' }, { kind: 'int' }, false],
    [{ kind: 'date' }, { kind: 'timestamp' }, false],
    [{ kind: 'int' }, { kind: 'string' }, false],
  ])('%j to %j: %s', (from, to, allowed) => {
    const change = update().addColumn('c', from)
    if (allowed) expect(fieldByName(change.updateColumnType('c', to).apply().schema, 'c')!.field.type).toEqual(to)
    else expect(() => change.updateColumnType('c', to)).toThrow(CatalogError)
  })

  it('refuses what would break the table', () => {
    expect(() => update().dropColumn('y')).toThrow(/the partition spec uses it/)
    expect(() => update().dropColumn('z')).toThrow(/the sort order uses it/)
    expect(() => update().dropColumn('x')).toThrow(/the identifier fields uses it/)
    expect(() => update().makeOptional('x')).toThrow(/identifies rows/)
    expect(() => update().addColumn('x', { kind: 'int' })).toThrow(/already has/)
    expect(() => update().renameColumn('x', 'y')).toThrow(/already has/)
    expect(() => update().renameColumn('w', 'v')).toThrow(/no column "w"/)
    expect(() => update().addColumn('r', { kind: 'int' }, { required: true })).toThrow(/cannot be required/)
    expect(() => update().addColumn('d', { kind: 'int' }, { default: 1 })).toThrow(UnsupportedError)
    expect(() => update().addColumn('n', { kind: 'timestamp_ns' })).toThrow(UnsupportedError)
    expect(() => update().setIdentifierFields(['y'])).toThrow(/must be required/)
    expect(() => update().renameColumn('X', 'v')).toThrow(CatalogError)
    expect(new SchemaUpdate(base(), { caseSensitive: false }).renameColumn('X', 'v').apply().schema.fields[0]!.name).toBe('v')
  })
})

describe('name mapping', () => {
  it('keeps old names and adds new ones', () => {
    const schema = base().schemas[0]!
    const mapping = nameMappingOfSchema(schema)
    expect(parseNameMapping(serializeNameMapping(mapping))).toEqual(mapping)
    const changed = new SchemaUpdate(base()).renameColumn('y', 'why').addColumn('y', { kind: 'int' }).apply().schema
    const names = Object.fromEntries(updateNameMapping(mapping, changed).map((field) => [field.fieldId, field.names]))
    expect(names).toEqual({ 1: ['x'], 2: ['why'], 3: ['z'], 4: ['y'] })
    const renamed = new SchemaUpdate(base()).renameColumn('y', 'why').apply().schema
    expect(updateNameMapping(mapping, renamed)[1]!.names).toEqual(['y', 'why'])
  })
})

describe('partition and sort evolution', () => {
  const schema = schemaOf([
    { name: 'id', type: { kind: 'long' }, required: true },
    { name: 'at', type: { kind: 'timestamptz' } },
    { name: 'tags', type: { kind: 'list', elementId: 0, elementRequired: true, element: { kind: 'string' } } },
  ])

  it('makes specs and orders from names', () => {
    expect(schema.fields.map((field) => field.id)).toEqual([1, 2, 3])
    expect(
      partitionSpecOf(schema, [
        { column: 'at', transform: { kind: 'day' } },
        { column: 'id', transform: { kind: 'bucket', count: 8 } },
      ]).fields,
    ).toEqual([
      { sourceId: 2, fieldId: 1000, name: 'at_day', transform: { kind: 'day' }, sourceIds: undefined },
      { sourceId: 1, fieldId: 1001, name: 'id_bucket_8', transform: { kind: 'bucket', count: 8 }, sourceIds: undefined },
    ])
    expect(sortOrderOf(schema, [{ column: 'at', direction: 'desc' }])).toMatchObject({
      orderId: 1,
      fields: [{ sourceId: 2, nullOrder: 'nulls-last' }],
    })
    expect(() => partitionSpecOf(schema, [{ column: 'id', transform: { kind: 'day' } }])).toThrow(/does not apply/)
    expect(() => partitionSpecOf(schema, [{ column: 'tags.element' }])).toThrow(/list or a map/)
    expect(() => partitionSpecOf(schema, [{ column: 'at', transform: { kind: 'day' }, name: 'id' }])).toThrow(/name of another column/)
    expect(() => partitionSpecOf(schema, [{ column: 'ids' }])).toThrow(CatalogError)
  })

  it('gives a field that comes back its old id', () => {
    const dropped = new SpecUpdate(base()).removeField('y').addField('x', { kind: 'bucket', count: 4 }).apply()
    expect(dropped.fields.map((field) => [field.fieldId, field.name])).toEqual([[1001, 'x_bucket_4']])
    const metadata = {
      ...base(),
      partitionSpecs: [...base().partitionSpecs, { ...dropped, specId: 1 }],
      defaultSpecId: 1,
      lastPartitionId: 1001,
    }
    expect(
      new SpecUpdate(metadata)
        .addField('y')
        .apply()
        .fields.map((field) => field.fieldId),
    ).toEqual([1001, 1000])
    expect(new SpecUpdate({ ...base(), formatVersion: 1 }).removeField('y').apply().fields[0]!.transform).toEqual({ kind: 'void' })
  })
})
