/**
 * Where spill files lie: one folder for each query inside the temporary directory. Its name says which process of which
 * machine made it, so that folders of processes that died can be told from those in use, also when several containers
 * share the directory.
 */

import { readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'artemis-spill'

/** Milliseconds since the epoch; start times that differ by less may be of the same process. */
const CLOCK_TOLERANCE_MS = 10_000

function processStartMs(): number {
  return Math.round(Date.now() - process.uptime() * 1000)
}

function nameSafe(text: string): string {
  return text.replace(/[^A-Za-z0-9.-]/g, '-')
}

export function spillFolderName(queryId: string): string {
  return [PREFIX, nameSafe(hostname()), process.pid, processStartMs(), nameSafe(queryId)].join('_')
}

/**
 * Removes the folders in `directory` that processes of this machine left behind when they died. Errors are ignored: what
 * cannot be removed now may be later.
 */
export async function sweepStaleSpillFolders(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  const stale = names.filter(isStale)
  await Promise.all(stale.map((name) => rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined)))
  return stale
}

function isStale(name: string): boolean {
  const [prefix, host, pid, started] = name.split('_')
  if (prefix !== PREFIX || host !== nameSafe(hostname()) || pid === undefined || started === undefined) return false
  // A restarted container often gives its process the same number again.
  if (Number(pid) === process.pid) return Math.abs(Number(started) - processStartMs()) > CLOCK_TOLERANCE_MS
  return !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
