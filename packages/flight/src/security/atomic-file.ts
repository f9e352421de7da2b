/**
 * Small state files that several processes read and write: a reader sees the old or the new content whole, also after a
 * crash, and writers take turns.
 */

import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError, IoError } from '@artemis/errors'

/** Writes beside the file, flushes, and renames over it. The file is readable by its owner only. */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new IoError({ code: 'FILE_WRITE', message: `${path} could not be written: ${reasonOf(cause)}`, cause })
  }
  await syncDirectory(dirname(path))
}

/** The content, or undefined when there is no such file. */
export async function readFileIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw new IoError({ code: 'FILE_READ', message: `${path} could not be read: ${reasonOf(cause)}`, cause })
  }
}

const LOCK_WAIT_MS = 10_000

/**
 * Runs while holding `<path>.lock`, which names its holder. The lock of a process that died on this machine is broken;
 * one whose holder cannot be seen (another host) is waited for, and then is an error that says what to remove.
 */
export async function withFileLock<T>(path: string, run: () => Promise<T>, waitMs = LOCK_WAIT_MS): Promise<T> {
  const lock = `${path}.lock`
  const deadline = performance.now() + waitMs
  while (!(await createExclusively(lock))) {
    if (await breakDeadLock(lock)) continue
    if (performance.now() > deadline) {
      throw new ConfigError({
        code: 'FILE_LOCKED',
        message: `${path} is being changed by another process (${(await readFileIfPresent(lock))?.trim() ?? 'unknown'})`,
        hint: `If no such process runs, remove ${lock} and ${lock}.break.`,
      })
    }
    await sleep(5 + Math.random() * 20)
  }
  try {
    return await run()
  } finally {
    await rm(lock, { force: true })
  }
}

const HOLDER = `${process.pid}@${hostname()}`

async function createExclusively(path: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx', 0o600)
    await handle.writeFile(HOLDER)
    await handle.close()
    return true
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return false
    throw new IoError({ code: 'FILE_WRITE', message: `${path} could not be made: ${reasonOf(cause)}`, cause })
  }
}

/**
 * Removes a lock whose holder is dead. Only the one that holds `<lock>.break` may remove a lock that is not its own, and
 * looks at it again first: without that, two that saw the same dead holder could remove each other's new locks.
 */
async function breakDeadLock(lock: string): Promise<boolean> {
  if (!isDead(await readFileIfPresent(lock))) return false
  const guard = `${lock}.break`
  if (!(await createExclusively(guard))) return false
  try {
    if (!isDead(await readFileIfPresent(lock))) return false
    await rm(lock, { force: true })
    return true
  } finally {
    await rm(guard, { force: true })
  }
}

function isDead(holder: string | undefined): boolean {
  const match = /^(\d+)@(.+)$/.exec(holder ?? '')
  if (match?.[1] === undefined || match[2] !== hostname()) return false
  try {
    process.kill(Number(match[1]), 0)
    return false
  } catch (cause) {
    return errorCode(cause) === 'ESRCH'
  }
}

/** Makes the rename itself durable, where the file system can (not on Windows). */
async function syncDirectory(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (cause) {
    const code = errorCode(cause)
    if (code !== 'EISDIR' && code !== 'EPERM' && code !== 'EACCES' && code !== 'EINVAL') {
      throw new IoError({ code: 'FILE_WRITE', message: `${path} could not be flushed: ${reasonOf(cause)}`, cause })
    }
  }
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
