/** Iceberg tables of random rows, under any partition spec, with any history. */

import type { Scalar } from '@artemis/arrow'
import { Batch, vectorFromScalars } from '@artemis/arrow'
import type { Catalog, DataFile, Schema, Table } from '@artemis/iceberg'
import { arrowSchemaOf, dataWriterFor, parseTransform, partitionSpecOf, planSnapshot, schemaOf, sortOrderOf, writePositionDeletes } from '@artemis/iceberg'
import { SeededRandom } from '../demo/random.js'
import type { GeneratedColumn } from './columns.js'
import { GENERATED_COLUMNS } from './columns.js'

export interface RandomTableOptions {
  readonly catalog: Catalog
  readonly namespace: string
  readonly name: string
  readonly seed: number
  /** Column and transform, as in `['s', 'bucket[4]']`. */
  readonly partitionBy?: readonly (readonly [string, string])[]
  readonly sortBy?: string
  readonly properties?: Readonly<Record<string, string>>
  /** Distinct values of each column: few make full partitions, many make wide bounds. Default 12. */
  readonly distinct?: number
  /** Share of nulls. Default 0.1. */
  readonly nulls?: number
  /** Which values may occur. Default: all that the columns make. */
  readonly accept?: (value: Scalar) => boolean
}

const TINY_GROUPS = { 'write.parquet.row-group-size-bytes': '6000', 'write.parquet.page-row-limit': '20' }

/** A table and what its rows are drawn from. The column `rid` counts the rows from 0, over all appends. */
export class RandomTable {
  readonly table: Table
  readonly random: SeededRandom
  readonly #pools = new Map<string, readonly Scalar[]>()
  readonly #nulls: number
  readonly #distinct: number
  readonly #accept: (value: Scalar) => boolean
  #rows = 0n

  private constructor(table: Table, options: RandomTableOptions) {
    this.table = table
    this.random = new SeededRandom(options.seed)
    this.#nulls = options.nulls ?? 0.1
    this.#distinct = options.distinct ?? 12
    this.#accept = options.accept ?? (() => true)
  }

  static async create(options: RandomTableOptions): Promise<RandomTable> {
    const schema = schemaOf([{ name: 'rid', type: { kind: 'long' }, required: true }, ...GENERATED_COLUMNS.map(({ name, type }) => ({ name, type }))])
    const fields = (options.partitionBy ?? []).map(([column, transform]) => ({ column, transform: parseTransform(transform) }))
    const table = await options.catalog.createTable(
      { namespace: [options.namespace], name: options.name },
      {
        schema,
        partitionSpec: partitionSpecOf(schema, fields),
        sortOrder: sortOrderOf(schema, options.sortBy === undefined ? [] : [{ column: options.sortBy }]),
        properties: { ...TINY_GROUPS, ...options.properties },
      },
    )
    return new RandomTable(table, options)
  }

  /** The values that rows of a column are drawn from. */
  pool(column: GeneratedColumn): readonly Scalar[] {
    const key = column.type.kind === 'decimal' ? `decimal${column.type.precision}` : column.type.kind
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    const made: Scalar[] = []
    while (made.length < this.#distinct) {
      const value = column.value(this.random)
      if (this.#accept(value)) made.push(value)
    }
    this.#pools.set(key, made)
    return made
  }

  /** Appends random rows in the table's schema of now, as one snapshot. */
  async append(rowCount: number): Promise<readonly DataFile[]> {
    const { table } = this
    const writer = dataWriterFor(table)
    await writer.write(this.rows(rowCount))
    const files = await writer.close()
    const append = table.newAppend()
    for (const file of files) append.appendFile(file)
    await append.commit()
    return files
  }

  /** Random rows in the table's schema of now. */
  rows(rowCount: number): Batch {
    const { table } = this
    const arrow = arrowSchemaOf(table.schema)
    const columns = table.schema.fields.map((field, i) => {
      const { type } = arrow.fields[i]!
      if (field.name === 'rid') return vectorFromScalars(type, Array.from({ length: rowCount }, (_, row) => this.#rows + BigInt(row)))
      const pool = this.pool(generatorFor(field.type))
      return vectorFromScalars(type, Array.from({ length: rowCount }, () => (this.random.next() < this.#nulls ? null : pool[this.random.below(pool.length)]!)))
    })
    this.#rows += BigInt(rowCount)
    return new Batch(arrow, rowCount, columns)
  }

  /** Deletes a share of the rows by position, with one delete file for each data file that loses rows. */
  async deleteRows(share: number): Promise<void> {
    const { table } = this
    const delta = table.newRowDelta()
    for (const { dataFile, spec } of await planSnapshot(table).collect()) {
      const rows = Array.from({ length: dataFile.recordCount }, (_, row) => row).filter(() => this.random.next() < share)
      if (rows.length === 0) continue
      delta.addDeletes(
        await writePositionDeletes({
          io: table.io,
          location: table.location,
          schema: table.schema,
          spec,
          partition: dataFile.partition,
          positions: new Map([[dataFile.filePath, rows]]),
        }),
      )
    }
    await delta.commit()
  }

  /** Columns that filters can be made for, under their names in a schema of the table's. */
  columns(schema: Schema = this.table.schema): readonly GeneratedColumn[] {
    return schema.fields.flatMap((field) => (field.name === 'rid' ? [] : [{ ...generatorFor(field.type), name: field.name }]))
  }
}

/** The generator of a type, whatever the column is called now. */
function generatorFor(type: { readonly kind: string; readonly precision?: number }): GeneratedColumn {
  const found = GENERATED_COLUMNS.find((column) => column.type.kind === type.kind && (column.type.kind !== 'decimal' || column.type.precision === type.precision))
  if (found === undefined) throw new Error(`no generator for ${type.kind}`)
  return found
}
