/** The files that outlive the process: where they are, and the key that signs tickets. */

import { randomBytes } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ConfigError, IoError } from '@artemis/errors'
import type { ServerConfig } from './config/definitions.js'

export interface StateFiles {
  readonly tokens: string
  readonly ticketSecret: string
  readonly budgets: string
}

export function stateFiles(config: ServerConfig): StateFiles {
  const folder = config['state.directory']
  return {
    tokens: config['auth.tokens'] ?? path.join(folder, 'tokens.json'),
    ticketSecret: config['tickets.secret_file'] ?? path.join(folder, 'ticket.key'),
    budgets: path.join(folder, 'budgets.json'),
  }
}

/** Makes the folder of a state file, for its owner alone. Throws an IoError. */
export async function makeFolderOf(file: string): Promise<void> {
  const folder = path.dirname(file)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const message = `cannot make the folder ${folder}: ${(cause as Error).message}`
    throw new IoError({ code: 'STATE_NOT_WRITABLE', message, hint: 'state.directory names another.', cause })
  }
}

const SECRET_BYTES = 32

/**
 * The key of tickets, made at first use. Two servers that start at once agree: only one of them can make the file, and the
 * other reads it. Throws an IoError, or a ConfigError when the file is too short to be a key.
 */
export async function readOrMakeSecret(file: string): Promise<Uint8Array> {
  try {
    await makeFolderOf(file)
    await writeFile(file, `${randomBytes(SECRET_BYTES).toString('hex')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      if (error instanceof IoError) throw error
      throw new IoError({ code: 'STATE_NOT_WRITABLE', message: `cannot write the key of tickets ${file}: ${(error as Error).message}`, cause: error })
    }
  }
  return readSecret(file)
}

async function readSecret(file: string): Promise<Uint8Array> {
  let content: Buffer
  try {
    content = await readFile(file)
    // The maker of the file may be between making and writing it.
    for (let tries = 0; content.length === 0 && tries < 50; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      content = await readFile(file)
    }
  } catch (cause) {
    throw new IoError({ code: 'STATE_NOT_READABLE', message: `cannot read the key of tickets ${file}: ${(cause as Error).message}`, cause })
  }
  const text = content.toString('latin1').trim()
  const secret = /^[0-9a-f]+$/i.test(text) && text.length % 2 === 0 ? Buffer.from(text, 'hex') : content
  if (secret.length >= SECRET_BYTES) return secret
  throw new ConfigError({
    code: 'WEAK_TICKET_SECRET',
    message: `the key of tickets ${file} has ${secret.length} bytes: it takes ${SECRET_BYTES} or more`,
    hint: 'Remove the file to have one made, or write it with: openssl rand -hex 32.',
  })
}

/** Whether others than its owner may read a file that holds secrets; always false where files have no such bits. */
export async function isReadableByOthers(file: string): Promise<boolean> {
  if (process.platform === 'win32') return false
  const found = await stat(file).catch(() => undefined)
  return found !== undefined && (found.mode & 0o077) !== 0
}
