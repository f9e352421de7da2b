// pnpm slt FILE…: sqllogictest files through the engine.
import { existsSync } from 'node:fs'
import path from 'node:path'

const built = path.resolve(import.meta.dirname, '../packages/testkit/dist/index.js')
if (!existsSync(built)) {
  console.error('run `npm run setup` first: the packages are not built')
  process.exit(2)
}
const { runSltCommand } = await import(built)
process.exitCode = await runSltCommand(process.argv.slice(2))
