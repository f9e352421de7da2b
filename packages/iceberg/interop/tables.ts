/**
 * Tables that other engines must read as we do: every type, several specs, evolved columns, position deletes, a tag. It
 * imports no code, so that the same tables can be written by the sources and by the built package (on a Node with SQLite).
 */
import type * as Arrow from '@artemis/arrow'
import type * as Parquet from '@artemis/parquet'
import type * as Iceberg from '../src/index.js'

export interface Modules {
  readonly arrow: typeof Arrow
  readonly parquet: typeof Parquet
  readonly iceberg: typeof Iceberg
}

/** Values by column name, as JSON can hold them: see `jsonValue`. */
export type JsonRow = Readonly<Record<string, unknown>>

const COLUMNS = [
  { name: 'id', type: { kind: 'long' }, required: true },
  { name: 'flag', type: { kind: 'boolean' } },
  { name: 'small', type: { kind: 'int' } },
  { name: 'half', type: { kind: 'float' } },
  { name: 'ratio', type: { kind: 'double' } },
  { name: 'price', type: { kind: 'decimal', precision: 9, scale: 2 } },
  { name: 'amount', type: { kind: 'decimal', precision: 38, scale: 4 } },
  { name: 'born', type: { kind: 'date' } },
  { name: 'clock', type: { kind: 'time' } },
  { name: 'at', type: { kind: 'timestamptz' } },
  { name: 'local', type: { kind: 'timestamp' } },
  { name: 'mission', type: { kind: 'string' } },
  { name: 'uid', type: { kind: 'uuid' } },
  { name: 'fix', type: { kind: 'fixed', length: 3 } },
  { name: 'blob', type: { kind: 'binary' } },
  { name: 'readings', type: { kind: 'list', elementId: 0, elementRequired: false, element: { kind: 'int' } } },
] as const satisfies readonly Iceberg.ColumnInput[]

const MISSIONS = ['apollo-7', 'apollo 8/x=y', 'é漢😀', null, '']

function valueOf(name: string, i: number): Arrow.Scalar {
  if (name !== 'id' && i % 7 === 3) return null
  switch (name) {
    case 'id':
      return i === 0 ? 9007199254740993n : BigInt(i)
    case 'flag':
      return i % 2 === 0
    case 'small':
      return (i - 300) * 7_000_000
    case 'half':
      return Math.fround(i / 3)
    case 'ratio':
      return i === 5 ? Number.NaN : (i - 100) / 7
    case 'signal':
      return i * 1.5
    case 'price':
      return BigInt(i * 12_345 - 999_999)
    case 'amount':
      return BigInt(i - 50) * 10n ** 33n + 1n
    case 'born':
      return i - 400
    case 'clock':
      return BigInt(i) * 86_000_001n
    case 'at':
      return BigInt(i - 400) * 3_600_000_001n
    case 'local':
      return BigInt(i - 400) * 86_400_000_001n
    case 'mission':
      return MISSIONS[i % MISSIONS.length]!
    case 'uid':
      return Uint8Array.from({ length: 16 }, (_, b) => (i * 31 + b) & 255)
    case 'fix':
      return Uint8Array.of(i & 255, 255, 0)
    case 'blob':
      return Uint8Array.from({ length: i % 5 }, (_, b) => b)
    case 'readings':
      return Array.from({ length: i % 4 }, (_, r) => (r === 2 ? null : i + r))
    default:
      throw new Error(`no values for ${name}`)
  }
}

/** Writes rows `from` to `to` with the table's current schema, and commits them. */
export async function appendRows(modules: Modules, table: Iceberg.Table, from: number, to: number): Promise<readonly Iceberg.DataFile[]> {
  const { arrow, iceberg } = modules
  const writer = iceberg.dataWriterFor(table)
  const schema = iceberg.arrowSchemaOf(table.schema)
  const numbers = Array.from({ length: to - from }, (_, i) => from + i)
  const columns = schema.fields.map((field) =>
    arrow.vectorFromScalars(
      field.type,
      numbers.map((i) => valueOf(field.name, i)),
    ),
  )
  await writer.write(new arrow.Batch(schema, numbers.length, columns))
  const files = await writer.close()
  const append = table.newAppend()
  for (const file of files) append.appendFile(file)
  await append.commit()
  return files
}

/** A table with a history of everything that other engines must follow. Returns the rows it then holds, by id. */
export async function writeShowcase(modules: Modules, catalog: Iceberg.Catalog, name: string): Promise<Iceberg.Table> {
  const { iceberg } = modules
  const schema = iceberg.schemaOf(COLUMNS)
  const table = await catalog.createTable(
    { namespace: ['sda'], name },
    {
      schema,
      partitionSpec: iceberg.partitionSpecOf(schema, [
        { column: 'mission' },
        { column: 'at', transform: { kind: 'month' } },
        { column: 'id', transform: { kind: 'bucket', count: 2 } },
      ]),
      sortOrder: iceberg.sortOrderOf(schema, [{ column: 'at' }]),
    },
  )
  const first = await appendRows(modules, table, 0, 400)
  await table.manageSnapshots().createTag('before').commit()
  await deleteEveryFifth(modules, table, first[0]!)
  await table.updateSchema((update) => update.addColumn('signal', { kind: 'double' }).renameColumn('half', 'half_ratio').dropColumn('flag'))
  await table.updateSchema((update) =>
    update.updateColumnType('price', { kind: 'decimal', precision: 18, scale: 2 }).renameColumn('half_ratio', 'half'),
  )
  await table.updateSpec((update) =>
    update.removeField('at_month').addField('born', { kind: 'year' }).addField('amount').addField('uid', { kind: 'bucket', count: 2 }),
  )
  await appendRows(modules, table, 400, 460)
  return table
}

async function deleteEveryFifth(modules: Modules, table: Iceberg.Table, file: Iceberg.DataFile): Promise<void> {
  const positions = Array.from({ length: file.recordCount }, (_, i) => i).filter((i) => i % 5 === 0)
  const deletes = await modules.iceberg.writePositionDeletes({
    io: table.io,
    location: table.location,
    schema: table.schema,
    spec: table.spec,
    partition: file.partition,
    positions: new Map([[file.filePath, positions]]),
  })
  await table.newRowDelta().addDeletes(deletes).commit()
}

/** A table that pyiceberg can append to without its native core, which all transforms but identity need. */
export async function writeShared(modules: Modules, catalog: Iceberg.Catalog, name: string): Promise<Iceberg.Table> {
  const { iceberg } = modules
  const schema = iceberg.schemaOf(COLUMNS.filter((column) => ['id', 'born', 'at', 'mission', 'ratio'].includes(column.name)))
  const partitionSpec = iceberg.partitionSpecOf(schema, [{ column: 'mission' }, { column: 'born' }])
  const table = await catalog.createTable({ namespace: ['sda'], name }, { schema, partitionSpec })
  await appendRows(modules, table, 0, 30)
  return table
}

/** Every row of a snapshot as we read it: files planned, columns resolved by field id, deletes applied. Sorted by id. */
export async function readRows(modules: Modules, table: Iceberg.Table, snapshot?: Iceberg.Snapshot): Promise<JsonRow[]> {
  const { arrow, iceberg, parquet } = modules
  const schema = snapshot === undefined ? table.schema : table.schemaOf(snapshot)
  const scan = iceberg.planSnapshot(table, snapshot === undefined ? {} : { snapshot })
  const loader = new iceberg.DeleteLoader({ io: table.io, schemas: [schema], nameMapping: undefined })
  const rows: JsonRow[] = []
  const tasks: Iceberg.FileScanTask[] = []
  for await (const some of scan) tasks.push(...some)
  for (const task of tasks) {
    const file = await parquet.ParquetFile.open(await iceberg.openParquetSource(table.io, task.dataFile.filePath))
    const { spec, dataFile } = task
    const sources = iceberg.planColumns({
      fields: schema.fields,
      fileSchema: file.schema,
      nameMapping: undefined,
      spec,
      partition: dataFile.partition,
      filePath: dataFile.filePath,
    })
    const deleted = await loader.deletedRows(task)
    let position = 0
    for await (const batch of file.read()) {
      const vectors = sources.map((source) => iceberg.materializeColumn(source, (index) => batch.column(index), batch.rowCount))
      for (let i = 0; i < batch.rowCount; i++, position++) {
        if (deleted?.has(position) === true) continue
        rows.push(Object.fromEntries(schema.fields.map((field, c) => [field.name, jsonValue(field.type, arrow.scalarAt(vectors[c]!, i))])))
      }
    }
    await file.source.close()
  }
  return sortRows(rows)
}

export function sortRows(rows: readonly JsonRow[]): JsonRow[] {
  return [...rows].sort((a, b) => (BigInt(String(a['id'])) < BigInt(String(b['id'])) ? -1 : 1))
}

/** Integers of 64 bits, decimals and times as text, bytes in hex, NaN by name: what `check.py` also prints. */
function jsonValue(type: Iceberg.IcebergType, value: Arrow.Scalar): unknown {
  if (value === null) return null
  if (Array.isArray(value)) return value.map((item: Arrow.Scalar) => (type.kind === 'list' ? jsonValue(type.element, item) : null))
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && Number.isNaN(value)) return 'NaN'
  return value
}
