// Compares the import table of docs/architecture.md with every package.json, tsconfig.json and import statement, and
// fails on a cycle between the files of a package. Prints what is wrong, one finding a line.
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const findings = []
const table = readImportTable()
const npmNames = new Map([...table.keys()].map((name) => [npmName(name), name]))

for (const name of readdirSync(path.join(root, 'packages'))) {
  if (!table.has(name)) findings.push(`packages/${name} is not in the import table of docs/architecture.md`)
}
for (const [name, allowed] of table) checkPackage(name, allowed)
findPackageCycles()

if (findings.length > 0) {
  console.error(findings.join('\n'))
  process.exitCode = 1
}

function npmName(name) {
  return name === 'cli' ? 'artemis-sql' : name === 'flight' ? 'artemis-flight' : `@artemis/${name}`
}

function readImportTable() {
  const text = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `(\w+)` \|[^|]*\|([^|]*)\|$/gm)]
  return new Map(rows.map((row) => [row[1], new Set([...row[2].matchAll(/`(\w+)`/g)].map((match) => match[1]))]))
}

function checkPackage(name, allowed) {
  const folder = path.join(root, 'packages', name)
  if (!existsSync(folder)) return
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const declared = Object.keys(manifest.dependencies ?? {}).filter((dependency) => npmNames.has(dependency)).map((dependency) => npmNames.get(dependency))
  compare(`packages/${name}/package.json`, new Set(declared), allowed)
  const config = JSON.parse(readFileSync(path.join(folder, 'tsconfig.json'), 'utf8'))
  compare(`packages/${name}/tsconfig.json`, new Set(config.references.map((reference) => path.basename(reference.path))), allowed)

  const files = sourceFiles(path.join(folder, 'src'))
  const graph = new Map()
  for (const file of files) graph.set(file, checkFile(name, file, allowed, manifest))
  findFileCycles(graph)
}

function compare(where, actual, allowed) {
  for (const item of actual) if (!allowed.has(item)) findings.push(`${where}: ${item} is not allowed by the import table`)
  for (const item of allowed) if (!actual.has(item)) findings.push(`${where}: ${item} is in the import table but not here`)
}

function sourceFiles(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(folder, file))
}

// Tests may use the test kit and its oracles; sources may not.
function checkFile(name, file, allowed, manifest) {
  const isTest = /\.test\.ts$|\/testing\//.test(file)
  const shown = path.relative(root, file)
  const text = readFileSync(file, 'utf8')
  if (/^export \* from/m.test(text)) findings.push(`${shown}: name what is exported instead of 'export *'`)
  if (/^(utils?|helpers?|common|misc)$/.test(path.basename(file).replace(/(\.test)?\.ts$/, ''))) findings.push(`${shown}: a file's name says what is in it`)
  const local = []
  for (const match of text.matchAll(/^(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm)) {
    const specifier = match[1] ?? match[2] ?? match[3]
    const typeOnly = /^(?:import|export) type\b/.test(match[0])
    if (specifier.startsWith('.')) {
      if (!typeOnly) local.push(path.resolve(path.dirname(file), specifier.replace(/\.js$/, '.ts')))
      continue
    }
    if (specifier.startsWith('node:')) continue
    const dependency = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0]
    const target = npmNames.get(dependency)
    if (target !== undefined) {
      if (!allowed.has(target) && !isTest) findings.push(`${shown}: imports ${dependency}, which the import table forbids`)
    } else if (!isTest && !(dependency in { ...manifest.dependencies, ...manifest.peerDependencies })) {
      findings.push(`${shown}: imports ${dependency}, which its package.json does not name`)
    }
  }
  return local
}

function findFileCycles(graph) {
  const state = new Map()
  const trail = []
  const visit = (file) => {
    if (state.get(file) === 'done' || !graph.has(file)) return
    if (state.get(file) === 'open') {
      const cycle = trail.slice(trail.indexOf(file)).map((item) => path.relative(root, item))
      findings.push(`import cycle: ${[...cycle, cycle[0]].join(' -> ')}`)
      return
    }
    state.set(file, 'open')
    trail.push(file)
    for (const next of graph.get(file)) visit(next)
    trail.pop()
    state.set(file, 'done')
  }
  for (const file of graph.keys()) visit(file)
}

function findPackageCycles() {
  const reach = (name, seen) => {
    for (const next of table.get(name) ?? []) if (!seen.has(next)) reach(next, seen.add(next))
    return seen
  }
  for (const name of table.keys()) if (reach(name, new Set()).has(name)) findings.push(`the import table has a cycle through ${name}`)
}
