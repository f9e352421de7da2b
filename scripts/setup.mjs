// Installs and builds what is missing or older than its sources. Progress goes to stderr: stdout belongs to what comes after.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const installed = path.join(root, 'node_modules/.modules.yaml')
const built = path.join(root, 'node_modules/.artemis-built')

export function ensureBuilt({ always = false } = {}) {
  const install = always || !existsSync(installed) || timeOf(path.join(root, 'pnpm-lock.yaml')) > timeOf(built)
  if (!install && newestSource() <= timeOf(built)) return
  console.error(install ? 'artemis: installing and building …' : 'artemis: building, since the sources changed …')
  const start = Date.now()
  const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  if (install) run('npx', ['-y', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'])
  run('npm', ['run', 'build'])
  writeFileSync(built, '')
  console.error(`artemis: ready (${((Date.now() - start) / 1000).toFixed(1)} s)`)
}

// The repository's .npmrc keeps npm's own lines out of results; here its errors are wanted. What fails tells of itself.
function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    env: { ...process.env, npm_config_loglevel: 'error' },
  })
  if (status === 0) return
  console.error(`artemis: \`${command} ${args.join(' ')}\` failed${error === undefined ? '' : `: ${error.message}`}`)
  process.exit(1)
}

function timeOf(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0
}

function newestSource() {
  let newest = 0
  for (const name of readdirSync(path.join(root, 'packages'))) {
    for (const file of readdirSync(path.join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.ts') && !file.endsWith('.test.ts')) newest = Math.max(newest, timeOf(path.join(root, 'packages', name, 'src', file)))
    }
  }
  return newest
}

if (process.argv[1] === import.meta.filename) ensureBuilt({ always: true })
