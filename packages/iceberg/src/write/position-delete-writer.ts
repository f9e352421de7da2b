/** Writes position delete files: rows of a data file's path and a position in it, sorted by both (spec, "Position Delete Files"). */
import { randomUUID } from 'node:crypto'
import { Batch, bytesVector, dictionaryVector, primitiveVector } from '@artemis/arrow'
import { ConfigError } from '@artemis/errors'
import { ParquetWriter } from '@artemis/parquet'
import type { FileIO } from '../io/file-io.js'
import { joinLocation } from '../io/location.js'
import type { Literal } from '../model/literal.js'
import type { DataFile } from '../model/manifest.js'
import { POSITION_DELETES_CONTENT } from '../model/manifest.js'
import type { PartitionSpec } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { nestedField } from '../model/type.js'
import { DELETE_FILE_PATH_ID, DELETE_FILE_POS_ID } from '../scan/delete-index.js'
import { createParquetSink } from '../scan/parquet-source.js'
import { partitionPath } from '../transform/partition-path.js'
import { arrowSchemaOf } from '../values/arrow-schema.js'
import { compareStrings } from '../values/compare.js'
import type { Properties } from './write-options.js'
import { parquetOptions } from './write-options.js'
import { writtenDataFile } from './written-file.js'

const positionDeleteSchema: Schema = {
  schemaId: 0,
  identifierFieldIds: [],
  fields: [
    nestedField({ id: DELETE_FILE_PATH_ID, name: 'file_path', type: { kind: 'string' }, required: true }),
    nestedField({ id: DELETE_FILE_POS_ID, name: 'pos', type: { kind: 'long' }, required: true }),
  ],
}

export interface PositionDeletesToWrite {
  readonly io: FileIO
  /** The table's location. */
  readonly location: string
  /** The table's schema, for the names of partition folders. */
  readonly schema: Schema
  /** Spec and tuple of the data files: all of them must be of this one partition. */
  readonly spec: PartitionSpec
  readonly partition: readonly Literal[]
  /** Positions to delete, by the path of the data file exactly as its manifest has it. */
  readonly positions: ReadonlyMap<string, Iterable<number>>
  readonly properties?: Properties | undefined
}

/** Writes one position delete file, for `RowDelta.addDeletes`. */
export async function writePositionDeletes(options: PositionDeletesToWrite): Promise<DataFile> {
  const { io, location, schema, spec, partition } = options
  const properties = options.properties ?? {}
  const paths = [...options.positions.keys()].sort(compareStrings)
  const rows = paths.map((path) => [...new Set(options.positions.get(path)!)].sort((a, b) => a - b))
  const rowCount = rows.reduce((sum, positions) => sum + positions.length, 0)
  if (rowCount === 0) throw new ConfigError({ code: 'NO_DELETES', message: 'a position delete file needs at least one position' })
  const folder = partitionPath(schema, spec, partition)
  const data = properties['write.data.path'] ?? joinLocation(location, 'data')
  const filePath = joinLocation(folder === '' ? data : joinLocation(data, folder), `00000-0-${randomUUID()}-00001-deletes.parquet`)
  const sink = await createParquetSink(io, filePath)
  const writer = new ParquetWriter(sink, arrowSchemaOf(positionDeleteSchema), {
    ...parquetOptions(properties, positionDeleteSchema),
    // Readers match a delete file to one data file by equal bounds of the path, so the bounds must hold all of it.
    boundsBytes: 0x7fffffff,
  })
  try {
    await writer.write(deleteRows(paths, rows, rowCount))
    const result = await writer.close()
    return writtenDataFile({
      schema: positionDeleteSchema,
      result,
      modeOf: () => ({ kind: 'full' }),
      base: {
        filePath,
        content: POSITION_DELETES_CONTENT,
        specId: spec.specId,
        partition,
        // Named outright too: newer readers look there first.
        ...(paths.length === 1 ? { referencedDataFile: paths[0]! } : {}),
      },
    })
  } catch (error) {
    await writer.abort()
    throw error
  }
}

function deleteRows(paths: readonly string[], rows: readonly (readonly number[])[], rowCount: number): Batch {
  const codes = new Int32Array(rowCount)
  const positions = new BigInt64Array(rowCount)
  let at = 0
  rows.forEach((list, code) => {
    for (const position of list) {
      codes[at] = code
      positions[at++] = BigInt(position)
    }
  })
  const encoded = paths.map((path) => Buffer.from(path))
  const offsets = new Int32Array(paths.length + 1)
  encoded.forEach((bytes, i) => (offsets[i + 1] = offsets[i]! + bytes.length))
  const dictionary = bytesVector({ kind: 'utf8' }, offsets, new Uint8Array(Buffer.concat(encoded)))
  return new Batch(arrowSchemaOf(positionDeleteSchema), rowCount, [
    dictionaryVector(codes, dictionary),
    primitiveVector({ kind: 'int64' }, positions),
  ])
}
