/** What `.ci/interop-setup` installs, and how the tests run it. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const installed = process.env['ARTEMIS_INTEROP'] ?? fileURLToPath(new URL('../../../.interop', import.meta.url))

export const PYTHON: string = join(installed, 'venv/bin/python')
export const INTEGRATION_CLIENT: string = join(installed, 'bin/arrow-flight-integration-client')
export const NPM_CLIENTS: string = join(installed, 'npm')

/** The class paths that a JDBC client runs with: see java/pom.xml. */
export const JDBC_CLASS_PATHS: readonly (readonly [name: string, path: string])[] = [
  ['18.3.0, the driver as tools embed it', join(installed, 'java/driver/flight-sql-jdbc-driver-18.3.0.jar')],
  ["18.3.0 over Flight's core 19.0.0", join(installed, 'java/core/*')],
]

/** Whether it has to be done without, which is told in a line. CI installs everything, and counts a skipped test as a failure. */
export function lacks(what: string, path: string): boolean {
  const there = path.endsWith('*') ? existsSync(path.slice(0, -1)) : existsSync(path)
  if (!there) process.stdout.write(`skipped: no ${what} at ${path}; .ci/interop-setup installs it\n`)
  return !there
}

export interface ToolOutput {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. Rejects with all that it printed when its exit code is not 0, and kills it after two minutes. */
export function runTool(file: string, parameters: readonly string[], input = ''): Promise<ToolOutput> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, parameters, { maxBuffer: 1 << 28, timeout: 120_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) return resolve({ stdout, stderr })
      const end = error.signal ?? `exit code ${String(error.code)}`
      reject(new Error(`${file} ${parameters.join(' ')}: ${end}\n${stdout.slice(-5000)}${stderr.slice(-5000)}`))
    })
    child.stdin?.end(input)
  })
}

/** The last line that a client printed, as JSON: what it saw. */
export async function runForJson(file: string, parameters: readonly string[], input?: unknown): Promise<unknown> {
  const { stdout } = await runTool(file, parameters, input === undefined ? '' : JSON.stringify(input))
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as unknown
}

/** Where a file of this folder is. */
export const interopFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
