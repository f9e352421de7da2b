/**
 * Read buffers that are used again: touching fresh pages costs more than reading a cached file into them. Buffers come
 * in sizes of powers of two, and the pool of a thread keeps a bounded number of bytes.
 */

const SMALLEST = 64 * 1024
const LARGEST = 32 * 1024 * 1024
const MAX_POOLED_BYTES = 64 * 1024 * 1024

const free = new Map<number, ArrayBuffer[]>()
const pooled = new Set<ArrayBuffer>()
let pooledBytes = 0

/** Bytes that are not zeroed. */
export function takeBuffer(length: number): Uint8Array {
  if (length < SMALLEST / 2 || length > LARGEST) return allocate(length, length)
  const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(length)))
  const buffer = free.get(size)?.pop()
  if (buffer === undefined) return allocate(size, length)
  pooled.delete(buffer)
  pooledBytes -= size
  return new Uint8Array(buffer, 0, length)
}

/** A plain Uint8Array: the `slice` of a Buffer does not copy, which callers would have to know. */
function allocate(size: number, length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer, 0, length)
}

/** Takes a buffer of {@link takeBuffer} back. Nobody may look at it, or at a view of it, afterwards. */
export function giveBuffer(bytes: Uint8Array): void {
  const { buffer } = bytes
  const size = buffer.byteLength
  const isOurs = size >= SMALLEST && size <= LARGEST && (size & (size - 1)) === 0 && buffer instanceof ArrayBuffer
  if (!isOurs || pooled.has(buffer) || pooledBytes + size > MAX_POOLED_BYTES) return
  const list = free.get(size)
  if (list === undefined) free.set(size, [buffer])
  else list.push(buffer)
  pooled.add(buffer)
  pooledBytes += size
}
