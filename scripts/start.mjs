// One command from a bare clone to a prompt: installs and builds when needed, makes the demo archive at first use, and
// opens the shell on it. What follows `--` goes to artemis-sql.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const warehouse = path.join(root, '.artemis', 'warehouse')

if (needsBuild()) {
  // Progress goes to stderr: stdout carries only what the shell prints.
  console.error('artemis: installing and building (first use, or the sources changed) …')
  run(['-y', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'])
  run(['-y', packageManager, 'run', 'build'])
}
await import(path.join(root, 'scripts', 'demo.mjs')).then(({ ensureDemoArchive }) => ensureDemoArchive(warehouse))

const args = process.argv.slice(2)
const shell = spawnSync(process.execPath, [path.join(root, 'packages/cli/bin/artemis-sql.js'), '--warehouse', warehouse, ...args], { stdio: 'inherit' })
process.exitCode = shell.status ?? 1

function run(command) {
  execFileSync('npx', command, { cwd: root, stdio: ['ignore', 2, 2] })
}

function needsBuild() {
  const built = path.join(root, 'packages/cli/dist/index.js')
  if (!existsSync(built) || !existsSync(path.join(root, 'node_modules/.modules.yaml'))) return true
  const builtAt = statSync(path.join(root, 'packages/engine/dist/.tsbuildinfo')).mtimeMs
  return readdirSync(path.join(root, 'packages'), { recursive: true, encoding: 'utf8' }).some((file) => {
    if (!/^[^/\\]+[/\\]src[/\\].*\.ts$/.test(file) || file.includes('node_modules') || file.endsWith('.test.ts')) return false
    return statSync(path.join(root, 'packages', file)).mtimeMs > builtAt
  })
}
