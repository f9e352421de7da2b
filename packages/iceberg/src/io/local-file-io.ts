/** The local file system as a `FileIO`. What it writes is on disk (fsync) before it becomes visible under its name. */
import { randomUUID } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { link, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { IoError } from '@artemis/errors'
import { ioFailure, systemCode } from './failure.js'
import type { FileIO, FileStat, InputFile, OpenOptions, OutputFile } from './file-io.js'
import { READ_ONLY, notAFile, openKnown, openUnknown } from './local-input-file.js'
import { joinLocation, localPath } from './location.js'

export interface LocalFileIOOptions {
  /** False skips fsync: for tests and throw-away data only, as a power cut can then lose a commit. Default true. */
  readonly durable?: boolean
}

/** Makes a `FileIO` over local files. It holds no state, so one may serve a whole process. */
export function localFileIO(options?: LocalFileIOOptions): FileIO {
  return new LocalFileIO(options?.durable ?? true)
}

class LocalFileIO implements FileIO {
  readonly #durable: boolean

  constructor(durable: boolean) {
    this.#durable = durable
  }

  async open(location: string, options?: OpenOptions): Promise<InputFile> {
    return options?.size === undefined ? openUnknown(location) : openKnown(location, options.size)
  }

  async read(location: string): Promise<Uint8Array> {
    let handle: FileHandle | undefined
    try {
      handle = await open(localPath(location), READ_ONLY)
      // Pipes wait and devices may never end: only files are read whole.
      if (!(await handle.stat()).isFile()) throw notAFile(location)
      return await handle.readFile()
    } catch (error) {
      throw ioFailure('read', location, error)
    } finally {
      await handle?.close()
    }
  }

  async write(location: string, bytes: Uint8Array): Promise<void> {
    const output = await this.create(location)
    try {
      await output.write(bytes)
      await output.close()
    } catch (error) {
      await output.abort()
      throw error
    }
  }

  async writeExclusive(location: string, bytes: Uint8Array): Promise<boolean> {
    const path = localPath(location)
    const temporary = temporaryPath(path)
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeDurably(temporary, bytes, this.#durable)
      try {
        // link() is the one call that both publishes a complete file and fails when the name is taken.
        await link(temporary, path)
      } finally {
        await unlink(temporary)
      }
      if (this.#durable) await syncFolder(dirname(path))
      return true
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false
      if (systemCode(error) === 'EPERM' || systemCode(error) === 'ENOTSUP') {
        throw new IoError({
          code: 'NO_HARD_LINKS',
          message: `the file system of ${location} has no hard links, which a safe commit needs`,
          hint: 'Keep the warehouse on a local disk with hard links, or use the SQLite catalog.',
          cause: error,
        })
      }
      throw ioFailure('write', location, error)
    }
  }

  async create(location: string): Promise<OutputFile> {
    const path = localPath(location)
    const temporary = temporaryPath(path)
    try {
      await mkdir(dirname(path), { recursive: true })
      return new LocalOutputFile(location, path, temporary, await open(temporary, 'wx'), this.#durable)
    } catch (error) {
      throw ioFailure('create', location, error)
    }
  }

  async list(folder: string): Promise<readonly FileStat[]> {
    const files: FileStat[] = []
    try {
      await listInto(folder, localPath(folder), files)
    } catch (error) {
      throw ioFailure('list', folder, error)
    }
    return files
  }

  async listFolders(folder: string): Promise<readonly string[]> {
    const entries = await foldersAndFiles(localPath(folder)).catch((error: unknown) => {
      throw ioFailure('list', folder, error)
    })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  }

  async createFolder(folder: string): Promise<void> {
    try {
      await mkdir(localPath(folder), { recursive: true })
    } catch (error) {
      throw ioFailure('create', folder, error)
    }
  }

  async deleteFolder(folder: string): Promise<void> {
    try {
      await rm(localPath(folder), { recursive: true, force: true })
    } catch (error) {
      throw ioFailure('delete', folder, error)
    }
  }

  async delete(location: string): Promise<boolean> {
    try {
      await unlink(localPath(location))
      return true
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false
      throw ioFailure('delete', location, error)
    }
  }

  async stat(location: string): Promise<FileStat | undefined> {
    try {
      const found = await stat(localPath(location))
      return found.isFile() ? { location, size: found.size, modifiedMs: found.mtimeMs } : undefined
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined
      throw ioFailure('look at', location, error)
    }
  }
}

class LocalOutputFile implements OutputFile {
  readonly location: string
  readonly #path: string
  readonly #temporary: string
  readonly #handle: FileHandle
  readonly #durable: boolean
  #open = true

  constructor(location: string, path: string, temporary: string, handle: FileHandle, durable: boolean) {
    this.location = location
    this.#path = path
    this.#temporary = temporary
    this.#handle = handle
    this.#durable = durable
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      let written = 0
      while (written < bytes.length) written += (await this.#handle.write(bytes, written, bytes.length - written)).bytesWritten
    } catch (error) {
      throw ioFailure('write', this.location, error)
    }
  }

  async close(): Promise<void> {
    try {
      if (this.#durable) await this.#handle.sync()
      this.#open = false
      await this.#handle.close()
      await rename(this.#temporary, this.#path)
      if (this.#durable) await syncFolder(dirname(this.#path))
    } catch (error) {
      throw ioFailure('write', this.location, error)
    }
  }

  async abort(): Promise<void> {
    if (this.#open) {
      this.#open = false
      await this.#handle.close()
    }
    await unlink(this.#temporary).catch(ignoreMissing)
  }
}

/** A hidden name in the same folder, so that rename and link stay within one file system. */
function temporaryPath(path: string): string {
  return join(dirname(path), `.${randomUUID()}.tmp`)
}

async function writeDurably(path: string, bytes: Uint8Array, durable: boolean): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    await handle.writeFile(bytes)
    if (durable) await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * A new name is only safe from a power cut once its folder is on disk too. Some platforms cannot open folders: they sync
 * them by themselves.
 */
async function syncFolder(path: string): Promise<void> {
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch {
    return
  }
  try {
    await handle.sync()
  } catch (error) {
    if (systemCode(error) !== 'EINVAL' && systemCode(error) !== 'EPERM') throw error
  } finally {
    await handle.close()
  }
}

async function foldersAndFiles(path: string) {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return []
    throw error
  }
}

async function listInto(location: string, path: string, files: FileStat[]): Promise<void> {
  for (const entry of await foldersAndFiles(path)) {
    const child = joinLocation(location, entry.name)
    if (entry.isDirectory()) await listInto(child, join(path, entry.name), files)
    else if (entry.isFile()) {
      const found = await stat(join(path, entry.name)).catch(ignoreMissing)
      if (found !== undefined) files.push({ location: child, size: found.size, modifiedMs: found.mtimeMs })
    }
  }
}

function ignoreMissing(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error
  return undefined
}
