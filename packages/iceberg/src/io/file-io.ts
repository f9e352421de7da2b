/**
 * The port to storage. Locations are the strings that Iceberg metadata records: `file:` URIs, plain paths, or whatever
 * scheme an implementation knows. Every failure is an `IoError`; a missing file has the code `FILE_NOT_FOUND`.
 */
export interface FileIO {
  /** Opens a file for positional reads. Close it when done. */
  open(location: string, options?: OpenOptions): Promise<InputFile>
  /** Reads a whole file. */
  read(location: string): Promise<Uint8Array>
  /** Creates or replaces a file, durably, in one step: a reader never sees half of it. */
  write(location: string, bytes: Uint8Array): Promise<void>
  /** Creates a file, durably; false, and nothing changed, when it is already there. Of two racing writers exactly one gets true. */
  writeExclusive(location: string, bytes: Uint8Array): Promise<boolean>
  /** Starts a new file that is written piece by piece and exists once `close` has returned. */
  create(location: string): Promise<OutputFile>
  /** All files below a folder at any depth, in no given order; empty when there is no such folder. */
  list(folder: string): Promise<readonly FileStat[]>
  /** Names of the direct sub-folders of a folder; empty when there is no such folder. */
  listFolders(folder: string): Promise<readonly string[]>
  /** Creates a folder and those above it; nothing happens when it is there. Files need no such call. */
  createFolder(folder: string): Promise<void>
  /** Deletes a folder with everything in it; nothing happens when there is none. */
  deleteFolder(folder: string): Promise<void>
  /** Deletes a file; false when there was none. */
  delete(location: string): Promise<boolean>
  /** Size and time of a file, or undefined when there is none. */
  stat(location: string): Promise<FileStat | undefined>
}

export interface OpenOptions {
  /**
   * The file's size, where metadata tells it and the file has been read before. It spares asking, and lets an
   * implementation open a file that is known to be near without a detour.
   */
  readonly size?: number | undefined
}

export interface FileStat {
  readonly location: string
  readonly size: number
  readonly modifiedMs: number
}

/** A file open for reading. */
export interface InputFile {
  readonly location: string
  readonly size: number
  /** Reads exactly `length` bytes from `offset`; fewer available bytes is an `IoError`. Reads may run at the same time. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Takes back the result of a read that nobody looks at any more, so that its memory can be used again. */
  recycle?(bytes: Uint8Array): void
  close(): Promise<void>
}

/** A file being written. It becomes visible when `close` returns; `abort` leaves nothing behind. */
export interface OutputFile {
  readonly location: string
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}
