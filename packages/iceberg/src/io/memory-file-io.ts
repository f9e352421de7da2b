/** Files in memory, for tests and for tables that need no disk. Faults can be injected before or after an operation acts. */
import { IoError } from '@artemis/errors'
import { fileNotFound, shortRead } from './failure.js'
import type { FileIO, FileStat, InputFile, OutputFile } from './file-io.js'

export type FileOperation = 'open' | 'read' | 'write' | 'writeExclusive' | 'list' | 'delete' | 'stat'

/**
 * Called before (`before`) and after (`after`) each operation acts; what it throws, the caller gets. Throwing at `after`
 * stands for an outcome that the caller cannot know, such as a connection lost once the write was done.
 */
export type FaultInjector = (operation: FileOperation, location: string, moment: 'before' | 'after') => void

export interface MemoryFileIOOptions {
  readonly fault?: FaultInjector
  /** Time of the files, in milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

interface MemoryFile {
  readonly bytes: Uint8Array
  readonly modifiedMs: number
}

export class MemoryFileIO implements FileIO {
  readonly #files = new Map<string, MemoryFile>()
  /** Folders that were created as such; those of files need no entry. */
  readonly #folders = new Set<string>()
  readonly #now: () => number
  /** Replaceable at any time. */
  fault: FaultInjector | undefined
  /** How many times each operation ran: tests assert the work that was done. */
  readonly counts = new Map<FileOperation, number>()

  constructor(options?: MemoryFileIOOptions) {
    this.#now = options?.now ?? Date.now
    this.fault = options?.fault
  }

  /** All locations, sorted. */
  locations(): string[] {
    return [...this.#files.keys()].sort()
  }

  async open(location: string): Promise<InputFile> {
    return this.#run('open', location, () => {
      const { bytes } = this.#file(location)
      return {
        location,
        size: bytes.length,
        read: async (offset: number, length: number) => {
          if (offset + length > bytes.length) throw shortRead(location, offset, length, Math.max(0, bytes.length - offset))
          return bytes.slice(offset, offset + length)
        },
        close: async () => {},
      }
    })
  }

  async read(location: string): Promise<Uint8Array> {
    return this.#run('read', location, () => this.#file(location).bytes.slice())
  }

  async write(location: string, bytes: Uint8Array): Promise<void> {
    this.#run('write', location, () => this.#put(location, bytes))
  }

  async writeExclusive(location: string, bytes: Uint8Array): Promise<boolean> {
    return this.#run('writeExclusive', location, () => {
      if (this.#files.has(location)) return false
      this.#put(location, bytes)
      return true
    })
  }

  async create(location: string): Promise<OutputFile> {
    const parts: Uint8Array[] = []
    return {
      location,
      write: async (bytes) => {
        parts.push(bytes.slice())
      },
      close: async () => this.write(location, Buffer.concat(parts)),
      abort: async () => {
        parts.length = 0
      },
    }
  }

  async list(folder: string): Promise<readonly FileStat[]> {
    return this.#run('list', folder, () =>
      [...this.#files]
        .filter(([location]) => location.startsWith(`${folder}/`))
        .map(([location, file]) => ({ location, size: file.bytes.length, modifiedMs: file.modifiedMs })),
    )
  }

  async listFolders(folder: string): Promise<readonly string[]> {
    return this.#run('list', folder, () => {
      const names = new Set<string>()
      const add = (location: string, isFolder: boolean) => {
        if (!location.startsWith(`${folder}/`)) return
        const parts = location.slice(folder.length + 1).split('/')
        if (isFolder || parts.length > 1) names.add(parts[0]!)
      }
      for (const location of this.#files.keys()) add(location, false)
      for (const location of this.#folders) add(location, true)
      return [...names]
    })
  }

  async createFolder(folder: string): Promise<void> {
    this.#run('write', folder, () => this.#folders.add(folder))
  }

  async deleteFolder(folder: string): Promise<void> {
    this.#run('delete', folder, () => {
      const isWithin = (location: string) => location === folder || location.startsWith(`${folder}/`)
      for (const location of [...this.#files.keys()].filter(isWithin)) this.#files.delete(location)
      for (const location of [...this.#folders].filter(isWithin)) this.#folders.delete(location)
    })
  }

  async delete(location: string): Promise<boolean> {
    return this.#run('delete', location, () => this.#files.delete(location))
  }

  async stat(location: string): Promise<FileStat | undefined> {
    return this.#run('stat', location, () => {
      const file = this.#files.get(location)
      return file === undefined ? undefined : { location, size: file.bytes.length, modifiedMs: file.modifiedMs }
    })
  }

  #file(location: string): MemoryFile {
    const file = this.#files.get(location)
    if (file === undefined) throw fileNotFound(location)
    return file
  }

  #put(location: string, bytes: Uint8Array): void {
    this.#files.set(location, { bytes: bytes.slice(), modifiedMs: this.#now() })
  }

  #run<T>(operation: FileOperation, location: string, act: () => T): T {
    this.counts.set(operation, (this.counts.get(operation) ?? 0) + 1)
    this.fault?.(operation, location, 'before')
    const result = act()
    this.fault?.(operation, location, 'after')
    return result
  }
}

/** The error that injected faults usually throw. */
export function injectedFault(operation: FileOperation, location: string): IoError {
  return new IoError({ code: 'IO_FAILED', message: `injected fault: ${operation} ${location}` })
}
