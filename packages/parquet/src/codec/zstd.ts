/** Zstandard: Node's own where it has it (22.15 and later), else WebAssembly, which must be loaded first. */

import wasmZstd from '@foxglove/wasm-zstd'
import * as zlib from 'node:zlib'

interface NodeZstd {
  zstdDecompressSync?(input: Uint8Array, options?: { readonly maxOutputLength?: number }): Buffer
  zstdCompressSync?(input: Uint8Array, options?: { readonly params?: Readonly<Record<number, number>> }): Buffer
  readonly constants: object
}

const node: NodeZstd = zlib

let ready = node.zstdDecompressSync !== undefined && node.zstdCompressSync !== undefined

/** Resolves when {@link uncompressZstd} and {@link compressZstd} can be called; undefined when they already can. */
export function loadZstd(): Promise<void> | undefined {
  if (ready) return undefined
  return wasmZstd.isLoaded.then(() => {
    ready = true
  })
}

/** Throws a plain Error for damaged input. */
export function uncompressZstd(input: Uint8Array, length: number): Uint8Array {
  if (length === 0) return new Uint8Array(0)
  return node.zstdDecompressSync?.(input, { maxOutputLength: length }) ?? wasmZstd.decompress(input, length)
}

export function compressZstd(input: Uint8Array, level: number | undefined): Uint8Array {
  if (node.zstdCompressSync === undefined) return wasmZstd.compress(input, level)
  const { ZSTD_c_compressionLevel: parameter }: { ZSTD_c_compressionLevel?: number } = node.constants
  return node.zstdCompressSync(input, level === undefined || parameter === undefined ? {} : { params: { [parameter]: level } })
}
