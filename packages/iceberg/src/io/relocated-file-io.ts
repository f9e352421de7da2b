/**
 * Opens tables whose folder has moved. Metadata records absolute locations, so in a moved or copied folder they name
 * files of another place. This wrapper maps everything below the recorded table location to the real one, for reads and
 * for writes: metadata goes on naming the recorded location, and a folder that is later moved back still works.
 *
 * Reads fall back to the recorded name, and then to what follows the last `/data/` or `/metadata/`, when the mapped file
 * does not exist: some tables keep data apart from their metadata.
 */
import type { FileIO, FileStat, InputFile, OpenOptions, OutputFile } from './file-io.js'
import { isFileNotFound } from './failure.js'
import { canonicalLocation, joinLocation, relativeTo } from './location.js'

const wrappers = new WeakMap<FileIO, Map<string, FileIO>>()

/**
 * A view of `io` in which files below `recorded` are found below `real`. The same arguments give the same object, so
 * that caches keyed by it stay warm. When both are one place, it is `io` itself.
 */
export function relocatedFileIO(io: FileIO, recorded: string, real: string): FileIO {
  if (canonicalLocation(recorded) === canonicalLocation(real)) return io
  let ofIo = wrappers.get(io)
  if (ofIo === undefined) {
    ofIo = new Map()
    wrappers.set(io, ofIo)
  }
  const key = `${recorded}\0${real}`
  let wrapper = ofIo.get(key)
  if (wrapper === undefined) {
    wrapper = new RelocatedFileIO(io, recorded, real)
    ofIo.set(key, wrapper)
  }
  return wrapper
}

class RelocatedFileIO implements FileIO {
  readonly #io: FileIO
  readonly #recorded: string
  readonly #real: string

  constructor(io: FileIO, recorded: string, real: string) {
    this.#io = io
    this.#recorded = recorded
    this.#real = real
  }

  async open(location: string, options?: OpenOptions): Promise<InputFile> {
    return this.#firstFound(location, (candidate) => this.#io.open(candidate, options))
  }

  async read(location: string): Promise<Uint8Array> {
    return this.#firstFound(location, (candidate) => this.#io.read(candidate))
  }

  async write(location: string, bytes: Uint8Array): Promise<void> {
    return this.#io.write(this.#map(location), bytes)
  }

  async writeExclusive(location: string, bytes: Uint8Array): Promise<boolean> {
    return this.#io.writeExclusive(this.#map(location), bytes)
  }

  async create(location: string): Promise<OutputFile> {
    return this.#io.create(this.#map(location))
  }

  async list(folder: string): Promise<readonly FileStat[]> {
    const real = this.#map(folder)
    const files = await this.#io.list(real)
    return files.map((file) => ({ ...file, location: joinLocation(folder, relativeTo(real, file.location) ?? file.location) }))
  }

  async listFolders(folder: string): Promise<readonly string[]> {
    return this.#io.listFolders(this.#map(folder))
  }

  async createFolder(folder: string): Promise<void> {
    return this.#io.createFolder(this.#map(folder))
  }

  async deleteFolder(folder: string): Promise<void> {
    return this.#io.deleteFolder(this.#map(folder))
  }

  /** Only ever deletes below the real folder: the recorded one may belong to the table this one was copied from. */
  async delete(location: string): Promise<boolean> {
    const mapped = relativeTo(this.#recorded, location)
    return mapped === undefined ? false : this.#io.delete(joinLocation(this.#real, mapped))
  }

  async stat(location: string): Promise<FileStat | undefined> {
    for (const candidate of this.#candidates(location)) {
      const found = await this.#io.stat(candidate)
      if (found !== undefined) return found
    }
    return undefined
  }

  #map(location: string): string {
    if (canonicalLocation(location) === canonicalLocation(this.#recorded)) return this.#real
    const relative = relativeTo(this.#recorded, location)
    return relative === undefined ? location : joinLocation(this.#real, relative)
  }

  #candidates(location: string): string[] {
    const candidates = [this.#map(location)]
    if (candidates[0] !== location) candidates.push(location)
    const marker = Math.max(location.lastIndexOf('/data/'), location.lastIndexOf('/metadata/'))
    if (marker !== -1) candidates.push(joinLocation(this.#real, location.slice(marker + 1)))
    return candidates
  }

  async #firstFound<T>(location: string, act: (candidate: string) => Promise<T>): Promise<T> {
    let missing: unknown
    for (const candidate of this.#candidates(location)) {
      try {
        return await act(candidate)
      } catch (error) {
        if (!isFileNotFound(error)) throw error
        missing ??= error
      }
    }
    throw missing
  }
}
