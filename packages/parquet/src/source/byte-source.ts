/**
 * Where Parquet bytes come from: random positional reads over an immutable file. A source is opened with a known size,
 * so that reading a footer costs one read.
 */

/** A file that can be read at any position. Reads may run concurrently. */
export interface ByteSource {
  /** What errors call the file: a path or a URL. */
  readonly name: string
  /** Bytes in the file. */
  readonly size: number
  /**
   * Exactly the bytes `[offset, offset + length)`. The result may be a view of a larger buffer and must not be changed.
   * Throws DataError when the range leaves the file, IoError when the read fails, CancelledError when the signal fires.
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>
  /**
   * Takes back a whole result of {@link read} that nobody looks at any more, so that its memory can be used again.
   * Optional on both sides.
   */
  recycle?(bytes: Uint8Array): void
  /** Frees the handle. Closing twice is allowed. */
  close(): Promise<void>
}

/** Where a writer's bytes go, in order. */
export interface ByteSink {
  readonly name: string
  /** Takes the bytes; they must not be changed by the caller afterwards. */
  write(bytes: Uint8Array): Promise<void>
  /** Makes the file durable and visible under its name. */
  close(): Promise<void>
  /** Drops what was written so far. Never throws for a file that is already gone. */
  abort(): Promise<void>
}
