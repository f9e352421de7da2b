/** The built command as a process: what only a process has, signals, exit codes and a log of its own. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FlightSqlClient } from '../client/index.js'
import { memoryStreams } from '../operations/testing/memory-streams.js'
import { main } from './main.js'

const COMMAND = path.resolve(import.meta.dirname, '../../bin/artemis-flight.js')

let folder = ''
beforeAll(() => void (folder = mkdtempSync(path.join(os.tmpdir(), 'artemis-flight-process-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

type Line = Readonly<Record<string, unknown>>

interface ServerProcess {
  readonly child: ChildProcess
  readonly uri: string
  readonly lines: readonly Line[]
  readonly exited: Promise<number | NodeJS.Signals>
  /** The first line of the log that fits. */
  readonly said: (fits: (line: Line) => boolean) => Promise<Line>
}

async function serve(...args: string[]): Promise<ServerProcess> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ARTEMIS_FLIGHT_')))
  const flags = ['--port', '0', '--log-level', 'debug', '--state-directory', path.join(folder, 'state'), ...args]
  const child = spawn(process.execPath, [COMMAND, 'serve', ...flags], { stdio: ['ignore', 'ignore', 'pipe'], env: clean })
  children.push(child)
  const exited = new Promise<number | NodeJS.Signals>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal!)))
  const lines: Line[] = []
  const listeners = new Set<() => void>()
  createInterface({ input: child.stderr! }).on('line', (line) => {
    lines.push(line.startsWith('{') ? (JSON.parse(line) as Line) : { message: line })
    for (const listener of listeners) listener()
  })
  const said = (fits: (line: Line) => boolean): Promise<Line> =>
    new Promise((resolve, reject) => {
      void exited.then((code) => reject(new Error(`the server ended with ${code} after ${JSON.stringify(lines.slice(-3))}`)))
      const look = (): void => {
        const found = lines.find(fits)
        if (found === undefined) return
        listeners.delete(look)
        resolve(found)
      }
      listeners.add(look)
      look()
    })
  const { uri } = await said(({ message }) => message === 'server started')
  return { child, uri: String(uri), lines, exited, said }
}

/** A cross join of 10 to the given power of rows. */
function countUpTo(power: number): string {
  const digits = (name: string): string => `(VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS ${name} (${name})`
  return `SELECT COUNT(*) AS n FROM ${Array.from({ length: power }, (_, i) => digits(`t${i}`)).join(', ')}`
}

const runs = ({ message, sql }: Line): boolean => message === 'query planned' && String(sql).startsWith('SELECT COUNT')
const drains = ({ message }: Line): boolean => String(message).startsWith('draining')

async function command(...args: string[]): Promise<string> {
  const streams = memoryStreams()
  expect(await main(args, streams)).toBe(0)
  return streams.out().trim()
}

const isBuilt = existsSync(path.resolve(import.meta.dirname, '../../dist/command/main.js'))

describe.skipIf(process.platform === 'win32' || !isBuilt)('artemis-flight serve (needs the build)', () => {
  it('lets a running query finish after SIGTERM, and exits with 0', async () => {
    const { child, uri, said, exited } = await serve()
    const client = await FlightSqlClient.connect(uri)
    const rows = client.execute(countUpTo(6)).then((result) => result.toArray())
    await said(runs)
    child.kill('SIGTERM')
    expect(await said(drains)).toMatchObject({ signal: 'SIGTERM', level: 'info' })
    expect(await rows).toEqual([{ n: 1_000_000n }])
    expect(await exited).toBe(0)
    await client.close()
  })

  it('ends at once after a second signal', async () => {
    const { child, uri, said, exited } = await serve()
    const client = await FlightSqlClient.connect(uri)
    const rows = client.execute(countUpTo(10)).then((result) => result.toArray())
    const failed = rows.then(
      () => 'finished',
      () => 'failed',
    )
    await said(runs)
    child.kill('SIGINT')
    await said(drains)
    child.kill('SIGINT')
    expect(await exited).toBe(130)
    expect(await failed).toBe('failed')
    await client.close()
  })

  it('asks for the token that a command made, and keeps it out of the log', async () => {
    const state = ['--state-directory', path.join(folder, 'tokens')]
    const token = await command('token', 'create', ...state, '--name', 'portal', '--scope', 'read:*')
    const { child, uri, lines, exited } = await serve(...state)
    await expect(FlightSqlClient.connect(uri)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    const client = await FlightSqlClient.connect(uri, { token })
    expect(await (await client.execute(`SELECT '${token}' AS t`)).toArray()).toEqual([{ t: token }])
    await command('token', 'revoke', ...state, 'portal')
    const answer = (): Promise<string> => client.execute('SELECT 1').then(() => 'in', () => 'out')
    await expect.poll(answer, { timeout: 30_000 }).toBe('out')
    await client.close()
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(lines.some((line) => line['principal'] === 'portal')).toBe(true)
    expect(JSON.stringify(lines)).not.toContain(token)
  })

  it('goes on without a state folder that it can write, and says so', async () => {
    const blocked = path.join(folder, 'no-folder')
    writeFileSync(blocked, '')
    const tokens = ['--auth-tokens', path.join(folder, 'tokens.json'), '--auth-anonymous', 'on']
    const { child, uri, said, exited } = await serve(...tokens, '--state-directory', path.join(blocked, 'state'))
    expect(await said(({ message }) => String(message).startsWith('tickets are signed with a key of this process'))).toMatchObject({ level: 'warn' })
    const client = await FlightSqlClient.connect(uri)
    expect(await (await client.execute('SELECT 1 AS one')).toArray()).toEqual([{ one: 1 }])
    await client.close()
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  })
})
