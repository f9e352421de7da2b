/** `||`, concat and concat_ws. Texts are joined as bytes; other values are cast to text first. */

import type { DataType, Datum, Vector } from '@artemis/arrow'
import { binary, bytesVector, MAX_OFFSET, tooLarge, utf8 } from '@artemis/arrow'
import { resolvingFunction } from '../definition/scalar.js'
import type { Resolved } from '../definition/scalar.js'
import { copyBytes } from '../kernel/copy-bytes.js'
import { outOfRange } from '../kernel/errors.js'
import type { KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { textResult } from '../kernel/results.js'
import type { ByteColumn } from '../kernel/text-columns.js'
import { byteColumn, TextColumn } from '../kernel/text-columns.js'
import { resolveListConcat } from '../nested/list-concat.js'
import { MAX_LENGTH } from './max-length.js'

/** A column of pieces; a row that is null adds nothing. */
interface Pieces {
  readonly column: ByteColumn
  readonly validity: Uint8Array | null
}

/**
 * Joins the columns row by row, working column by column: first the sizes of all rows, then the bytes, each row at its own
 * cursor.
 */
function joinBytes(input: KernelInput, type: DataType): Vector {
  const { rowCount, validity } = input
  const pieces = input.args.map((arg): Pieces => ({ column: byteColumn(arg), validity: validityOf(arg) }))
  const sizes = new Float64Array(rowCount)
  for (const piece of pieces) addSizes(piece, validity, sizes)
  const offsets = new Int32Array(rowCount + 1)
  let size = 0
  for (let i = 0; i < rowCount; i++) {
    if (sizes[i]! > MAX_LENGTH) throw outOfRange(`joining would make a value of ${sizes[i]!} bytes`)
    size += sizes[i]!
    if (size > MAX_OFFSET) throw tooLarge(type)
    offsets[i + 1] = size
  }
  const out = Buffer.allocUnsafe(size)
  const cursors = offsets.slice(0, rowCount)
  for (const piece of pieces) copyPieces(piece, validity, out, cursors)
  return bytesVector(type, offsets, out, { validity })
}

function addSizes({ column, validity: bits }: Pieces, validity: Uint8Array | null, sizes: Float64Array): void {
  const { offsets, stride } = column
  for (let i = 0; i < sizes.length; i++) {
    const k = i * stride
    if (isRowValid(validity, i) && isRowValid(bits, k)) sizes[i]! += offsets[k + 1]! - offsets[k]!
  }
}

function copyPieces({ column, validity: bits }: Pieces, validity: Uint8Array | null, out: Buffer, cursors: Int32Array): void {
  const { offsets, data, stride } = column
  for (let i = 0; i < cursors.length; i++) {
    const k = i * stride
    if (!isRowValid(validity, i) || !isRowValid(bits, k)) continue
    cursors[i] = copyBytes(data, offsets[k]!, offsets[k + 1]!, out, cursors[i]!)
  }
}

function validityOf(datum: Datum): Uint8Array | null {
  if (datum.kind === 'vector') return datum.vector.validity
  return datum.value === null ? new Uint8Array(1) : null
}

function isBinary(type: DataType): boolean {
  return type.kind === 'binary' || type.kind === 'fixed_size_binary'
}

function isNested(type: DataType): boolean {
  return type.kind === 'list' || type.kind === 'struct' || type.kind === 'map'
}

/** `a || b`: NULL when a side is. */
function resolveJoin(types: readonly DataType[]): Resolved | undefined {
  const [a, b] = types
  if (a === undefined || b === undefined || types.length !== 2) return undefined
  if (a.kind === 'list' || b.kind === 'list') return resolveListConcat(types, 'propagate')
  if (isNested(a) || isNested(b)) return undefined
  const type =
    (isBinary(a) || a.kind === 'null') && (isBinary(b) || b.kind === 'null') && a.kind !== b.kind
      ? binary
      : isBinary(a) && isBinary(b)
        ? binary
        : utf8
  return { argumentTypes: [type, type], returnType: type, kernel: (input) => joinBytes(input, type) }
}

export const joinOperator = resolvingFunction({
  name: '||',
  category: 'text',
  description: 'Joins two texts, blobs or lists; NULL when one of them is. Other values become text.',
  example: "'Duck' || 'DB'",
  result: 'DuckDB',
  signatures: ['||(VARCHAR, VARCHAR) -> VARCHAR', '||(BLOB, BLOB) -> BLOB', '||(ANY[], ANY[]) -> ANY[]'],
  resolve: resolveJoin,
})

export const concat = resolvingFunction({
  name: 'concat',
  category: 'text',
  description: 'Joins the texts of all arguments, or lists; NULLs are left out.',
  example: "concat('Hello', ' ', NULL, 'World')",
  result: 'Hello World',
  signatures: ['concat(value ANY, …) -> VARCHAR', 'concat(list ANY[], …) -> ANY[]'],
  resolve(types) {
    if (types.length === 0) return undefined
    if (types.some((type) => type.kind === 'list')) return resolveListConcat(types, 'custom')
    if (types.some(isNested)) return undefined
    return {
      argumentTypes: types.map(() => utf8),
      returnType: utf8,
      kernel: (input) => joinBytes(input, utf8),
      nullHandling: 'custom',
      canReturnNull: false,
    }
  },
})

export const concatWithSeparator = resolvingFunction({
  name: 'concat_ws',
  category: 'text',
  description: 'Joins the texts of the arguments with a separator between them; NULLs are left out. NULL when the separator is.',
  example: "concat_ws(', ', 'Banana', NULL, 'Apple')",
  result: 'Banana, Apple',
  signatures: ['concat_ws(separator VARCHAR, value ANY, …) -> VARCHAR'],
  resolve(types) {
    if (types.length < 2 || types.some(isNested)) return undefined
    return { argumentTypes: types.map(() => utf8), returnType: utf8, kernel: joinSeparated, nullHandling: 'custom' }
  },
})

function joinSeparated(input: KernelInput): Vector {
  const [separator, ...rest] = input.args
  const separators = new TextColumn(separator!)
  const columns = rest.map((arg) => ({ text: new TextColumn(arg), validity: validityOf(arg), stride: arg.kind === 'vector' ? 1 : 0 }))
  const missing = validityOf(argument(input, 0))
  const stride = separator!.kind === 'vector' ? 1 : 0
  return textResult(input, (row) => {
    if (!isRowValid(missing, row * stride)) return null
    const parts: string[] = []
    for (const column of columns) if (isRowValid(column.validity, row * column.stride)) parts.push(column.text.at(row))
    return parts.join(separators.at(row))
  })
}
