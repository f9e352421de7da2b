/** Finds the current metadata file of a table that is just a folder. */
import { CatalogError, DataError } from '@artemis/errors'
import type { FileIO, FileStat } from '../io/file-io.js'
import { isFileNotFound } from '../io/failure.js'
import { fileNameOf, joinLocation } from '../io/location.js'
import { metadataVersionOf } from '../metadata/metadata-file.js'

export const VERSION_HINT = 'version-hint.text'

/** The spellings of a metadata file's name, after its stem. */
const SUFFIXES = ['.metadata.json', '.gz.metadata.json', '.metadata.json.gz'] as const

/** The file `v<version>` in any spelling, or undefined. */
export async function findVersion(io: FileIO, metadataFolder: string, version: number): Promise<FileStat | undefined> {
  return findStem(io, metadataFolder, `v${version}`)
}

/**
 * The newest `v<N>` file of a folder, or undefined when there is none. The hint is where the search starts: a writer may
 * have died between its commit and the hint, so higher versions are looked for. A hint follows its version, so the version
 * that it names must be there: taking an older one would undo commits without a word.
 */
export async function findNewestVersion(
  io: FileIO,
  metadataFolder: string,
): Promise<{ readonly version: number; readonly file: FileStat } | undefined> {
  const hint = await readHint(io, metadataFolder)
  const hinted = hint !== undefined && /^\d+$/.test(hint) ? Number(hint) : undefined
  if (hinted !== undefined) {
    let version = hinted
    // The version that the hint names, and whether there is one behind it, are asked at once.
    let [file, next] = await Promise.all([findVersion(io, metadataFolder, version), findVersion(io, metadataFolder, version + 1)])
    if (file !== undefined) {
      while (next !== undefined) {
        version += 1
        file = next
        next = await findVersion(io, metadataFolder, version + 1)
      }
      return { version, file }
    }
    throw new DataError({
      code: 'METADATA_MISSING',
      message: `${joinLocation(metadataFolder, VERSION_HINT)} says version ${hinted}, but there is no file ${joinLocation(metadataFolder, `v${hinted}.metadata.json`)}`,
      hint: 'The metadata file was lost, or the hint is damaged. Without the hint, the highest version that is there counts.',
    })
  }
  const newest = newestOf((await io.list(metadataFolder)).filter((file) => /^v\d/.test(fileNameOf(file.location))))
  return newest === undefined ? undefined : { version: metadataVersionOf(fileNameOf(newest.location))!, file: newest }
}

/**
 * The current metadata file of a folder of any layout: what the hint says, else the highest version. Fails with
 * `TABLE_NOT_FOUND` when the folder holds no table.
 */
export async function findMetadataFile(io: FileIO, tableFolder: string): Promise<FileStat> {
  const metadataFolder = joinLocation(tableFolder, 'metadata')
  const hint = await readHint(io, metadataFolder)
  if (hint !== undefined && !/^\d+$/.test(hint)) {
    const hinted = await findStem(io, metadataFolder, hint)
    if (hinted !== undefined) return hinted
  }
  const versioned = await findNewestVersion(io, metadataFolder)
  if (versioned !== undefined) return versioned.file
  const newest = newestOf(await io.list(metadataFolder))
  if (newest !== undefined) return newest
  throw new CatalogError({
    code: 'TABLE_NOT_FOUND',
    message: `${tableFolder} holds no Iceberg table`,
    hint: 'A table is a folder with a folder "metadata" that holds a *.metadata.json file.',
  })
}

async function readHint(io: FileIO, metadataFolder: string): Promise<string | undefined> {
  try {
    return Buffer.from(await io.read(joinLocation(metadataFolder, VERSION_HINT)))
      .toString('utf8')
      .trim()
  } catch (error) {
    if (isFileNotFound(error)) return undefined
    throw error
  }
}

async function findStem(io: FileIO, metadataFolder: string, stem: string): Promise<FileStat | undefined> {
  if (stem === '' || stem.includes('/')) return undefined
  const found = await Promise.all(SUFFIXES.map((suffix) => io.stat(joinLocation(metadataFolder, `${stem}${suffix}`))))
  return found.find((file) => file !== undefined)
}

/** The highest version; of two files with one version the younger, as the older lost a race or was left by a rollback. */
function newestOf(files: readonly FileStat[]): FileStat | undefined {
  let newest: FileStat | undefined
  let highest = -1
  for (const file of files) {
    const version = metadataVersionOf(fileNameOf(file.location))
    if (version === undefined || version < highest) continue
    if (version === highest && newest !== undefined && file.modifiedMs <= newest.modifiedMs) continue
    newest = file
    highest = version
  }
  return newest
}
