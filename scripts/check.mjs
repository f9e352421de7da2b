// The developer's one gate: types, lint, import rules, package checks and all tests, each with its time.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const steps = [
  ['types', 'npx', ['tsc', '-b']],
  ['types of tests', 'npx', ['tsc', '-p', 'tsconfig.tests.json']],
  ['lint', 'npx', ['oxlint', '--type-aware']],
  ['import rules', process.execPath, ['scripts/check-imports.mjs']],
  ...readdirSync(path.join(root, 'packages')).map((name) => [`package ${name}`, 'npx', ['publint', '--strict', '--pack', 'npm', path.join('packages', name)]]),
  ...(process.argv.includes('--no-tests') ? [] : [['tests', 'npx', ['vitest', 'run']]]),
]
for (const [name, command, args] of steps) {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 })
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  if (status !== 0) {
    console.log(`${stdout}${stderr}`)
    process.exit(1)
  }
}
