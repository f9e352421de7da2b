/** Reads position delete files: rows of (path of a data file, position of a row in it). */
import type { Vector } from '@artemis/arrow'
import { int32Words, isValid } from '@artemis/arrow'
import { DataError, UnsupportedError } from '@artemis/errors'
import { ParquetFile } from '@artemis/parquet'
import type { FileIO } from '../io/file-io.js'
import type { DataFile } from '../model/manifest.js'
import { DELETE_FILE_PATH_ID, DELETE_FILE_POS_ID } from '../scan/delete-index.js'
import { requireAsListed } from '../scan/listed-file.js'
import { openParquetSource } from '../scan/parquet-source.js'
import { literalAt } from '../values/vector-values.js'

/** Positions by the path of their data file. */
export type PositionsByFile = ReadonlyMap<string, readonly number[]>

/** All positions of a delete file. Files of another format than Parquet are an {@link UnsupportedError}. */
export async function readPositionDeletes(io: FileIO, file: DataFile, signal: AbortSignal | undefined): Promise<PositionsByFile> {
  requireParquet(file)
  const source = await openParquetSource(io, file.filePath)
  try {
    const parquet = await ParquetFile.open(source, { signal })
    requireAsListed(file, parquet.metadata.rowCount)
    const positions = new Map<string, number[]>()
    const columns = [{ fieldId: DELETE_FILE_PATH_ID }, { fieldId: DELETE_FILE_POS_ID }]
    // Some writers leave the field ids out; the names are fixed by the spec.
    const selectors = columns.every((column) => parquet.fieldIndex(column) !== undefined) ? columns : ['file_path', 'pos']
    for await (const batch of parquet.read({ columns: selectors, signal }))
      collect(batch.column(0), batch.column(1), positions, file.filePath)
    return positions
  } finally {
    await source.close()
  }
}

export function requireParquet(file: DataFile): void {
  if (file.fileFormat === 'parquet') return
  throw new UnsupportedError({
    code: 'UNSUPPORTED_FILE_FORMAT',
    message: `${file.filePath} is in the ${file.fileFormat} format, which cannot be read yet`,
  })
}

function collect(paths: Vector, positions: Vector, into: Map<string, number[]>, where: string): void {
  if (paths.nullCount > 0 || positions.nullCount > 0 || positions.layout !== 'primitive' || !(positions.values instanceof BigInt64Array)) {
    throw new DataError({
      code: 'BAD_DELETE_FILE',
      message: `${where} is not a position delete file: its columns are not paths and positions`,
    })
  }
  const words = int32Words(positions.values)
  const runOf = pathRuns(paths, into)
  for (let i = 0; i < paths.length; i++) {
    const position = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0)
    if (position < 0) throw new DataError({ code: 'BAD_DELETE_FILE', message: `${where} deletes the row ${position}` })
    runOf(i).push(position)
  }
}

/** The list of each row's path. Files are sorted by path, so that a path is decoded once for each run. */
function pathRuns(paths: Vector, into: Map<string, number[]>): (row: number) => number[] {
  const listOf = (row: number): number[] => {
    const path = isValid(paths, row) ? (literalAt(paths, row) as string) : ''
    let list = into.get(path)
    if (list === undefined) into.set(path, (list = []))
    return list
  }
  if (paths.layout === 'dictionary') {
    const { codes } = paths
    const lists: (number[] | undefined)[] = []
    return (row) => (lists[codes[row]!] ??= listOf(row))
  }
  let last: number[] = []
  let lastRow = -1
  return (row) => {
    if (lastRow < 0 || !sameBytes(paths, row, lastRow)) {
      last = listOf(row)
      lastRow = row
    }
    return last
  }
}

function sameBytes(vector: Vector, a: number, b: number): boolean {
  if (vector.layout !== 'bytes') return false
  const { offsets, data } = vector
  const length = offsets[a + 1]! - offsets[a]!
  if (offsets[b + 1]! - offsets[b]! !== length) return false
  for (let i = 0; i < length; i++) if (data[offsets[a]! + i] !== data[offsets[b]! + i]) return false
  return true
}
