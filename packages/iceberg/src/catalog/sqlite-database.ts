/**
 * The SQLite library that is at hand: Node's own from 22.13 on, else `better-sqlite3` when the user has installed it. Both
 * are loaded when a catalog is opened, so whoever uses none needs none.
 */
import { ConfigError } from '@artemis/errors'
import { ioFailure } from '../io/failure.js'

export type SqliteValue = string | number | bigint | null

export interface SqliteDatabase {
  /** Runs a statement and returns how many rows it changed. */
  run(sql: string, parameters: readonly SqliteValue[]): number
  all(sql: string, parameters: readonly SqliteValue[]): readonly Readonly<Record<string, unknown>>[]
  close(): void
}

interface Statement {
  run(...parameters: SqliteValue[]): { readonly changes: number | bigint }
  all(...parameters: SqliteValue[]): unknown[]
}

interface Connection {
  exec(sql: string): unknown
  prepare(sql: string): Statement
  close(): unknown
}

type ConnectionClass = new (path: string) => Connection

/** How long a statement waits for another process's lock. SQLite's calls block, so it is short; commits are tried again. */
const BUSY_TIMEOUT_MS = 2_000

export async function openSqlite(path: string): Promise<SqliteDatabase> {
  const Connection = await connectionClass()
  const connection = connect(Connection, path)
  return {
    run: (sql, parameters) => Number(connection.prepare(sql).run(...parameters).changes),
    all: (sql, parameters) => connection.prepare(sql).all(...parameters) as Readonly<Record<string, unknown>>[],
    close: () => void connection.close(),
  }
}

function connect(Connection: ConnectionClass, path: string): Connection {
  try {
    const connection = new Connection(path)
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    return connection
  } catch (error) {
    throw ioFailure('open the SQLite database', path, error)
  }
}

/** Whether this process has a SQLite library to open catalogs with. */
export async function hasSqlite(): Promise<boolean> {
  return (await findConnectionClass()) !== undefined
}

async function connectionClass(): Promise<ConnectionClass> {
  const found = await findConnectionClass()
  if (found !== undefined) return found
  throw new ConfigError({
    code: 'SQLITE_NOT_AVAILABLE',
    message:
      `the SQLite catalog needs "node:sqlite", which Node.js ${process.versions.node} does not have, ` +
      'or the package "better-sqlite3"',
    hint: 'Run Node.js 22.13 or later, or install better-sqlite3 version 12 or later.',
  })
}

async function findConnectionClass(): Promise<ConnectionClass | undefined> {
  return memberOf(await tryImport('node:sqlite'), 'DatabaseSync') ?? memberOf(await tryImport('better-sqlite3'), 'default')
}

/** The name is a variable, so that neither the compiler nor a bundler wants the module to be there. */
async function tryImport(name: string): Promise<unknown> {
  try {
    return (await import(name)) as unknown
  } catch {
    return undefined
  }
}

function memberOf(module: unknown, name: string): ConnectionClass | undefined {
  if (typeof module !== 'object' || module === null) return undefined
  const member: unknown = Reflect.get(module, name)
  return typeof member === 'function' ? (member as ConnectionClass) : undefined
}
