/**
 * Locations as Iceberg metadata records them. They are opaque strings with `/` between the parts: unlike in URLs, a `%`
 * is an ordinary character (Hadoop, pyiceberg and DuckDB agree), so nothing here encodes or decodes.
 */
import { posix, resolve, sep } from 'node:path'
import { UnsupportedError } from '@artemis/errors'

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]+):/

/** The scheme in lower case, or undefined for a plain path. */
export function schemeOf(location: string): string | undefined {
  return SCHEME.exec(location)?.[1]?.toLowerCase()
}

/**
 * The path in the local file system of a `file:` URI or a plain path. `file:/a`, `file:///a` and `/a` are the same; what
 * follows `file://` without a slash is a relative path, as pyiceberg reads it. Other schemes are an `UnsupportedError`.
 */
export function localPath(location: string): string {
  const scheme = schemeOf(location)
  if (scheme === undefined) return location
  if (scheme !== 'file') {
    throw new UnsupportedError({
      code: 'UNSUPPORTED_SCHEME',
      message: `locations of scheme "${scheme}" cannot be read: ${location}`,
      hint: 'This build reads local files: plain paths and file: URIs.',
    })
  }
  const rest = location.slice('file:'.length)
  if (!rest.startsWith('//')) return rest
  const path = rest.slice(2)
  return path.startsWith('localhost/') ? path.slice('localhost'.length) : path
}

/**
 * The location without a trailing slash, and absolute when it is a plain relative path: what metadata records must not
 * depend on the working directory of the process that reads it later.
 */
export function absoluteLocation(location: string): string {
  const trimmed = trimTrailingSlashes(location)
  return schemeOf(trimmed) === undefined && !trimmed.startsWith('/') ? resolve(trimmed) : trimmed
}

/** Puts parts under a folder, with exactly one slash between. */
export function joinLocation(folder: string, ...parts: readonly string[]): string {
  let joined = folder
  for (const part of parts) joined = `${trimTrailingSlashes(joined)}/${part}`
  return joined
}

/** The folder that holds a location, without a trailing slash. */
export function parentLocation(location: string): string {
  const trimmed = trimTrailingSlashes(location)
  const slash = trimmed.lastIndexOf('/')
  return slash === -1 ? '.' : trimmed.slice(0, slash)
}

/** The last part of a location. */
export function fileNameOf(location: string): string {
  const trimmed = trimTrailingSlashes(location)
  return trimmed.slice(trimmed.lastIndexOf('/') + 1)
}

export function trimTrailingSlashes(location: string): string {
  let end = location.length
  while (end > 1 && location.charCodeAt(end - 1) === 0x2f) end--
  return location.slice(0, end)
}

/**
 * A form in which two spellings of one place are equal: `file:/a/b/`, `file:///a/./b` and `/a/b` all give `/a/b`. A
 * relative local path becomes absolute.
 */
export function canonicalLocation(location: string): string {
  const scheme = schemeOf(location)
  if (scheme !== undefined && scheme !== 'file') return trimTrailingSlashes(location)
  const path = resolve(localPath(location))
  return sep === '/' ? path : posix.normalize(path.replaceAll(sep, '/'))
}

/** What follows `folder` in `location`, without the leading slash; undefined when it is not below that folder. */
export function relativeTo(folder: string, location: string): string | undefined {
  if (location.startsWith(folder) && location.charCodeAt(folder.length) === 0x2f) return location.slice(folder.length + 1)
  const canonicalFolder = canonicalLocation(folder)
  const canonical = canonicalLocation(location)
  return canonical.startsWith(`${canonicalFolder}/`) ? canonical.slice(canonicalFolder.length + 1) : undefined
}
