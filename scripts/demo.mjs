// The demo archive: made at first use. A marker says that it is complete: what a killed run left is made anew.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export async function ensureDemoArchive(warehouse) {
  const marker = path.join(warehouse, '.complete')
  if (existsSync(marker)) return
  rmSync(warehouse, { recursive: true, force: true })
  const { createDemoArchive } = await import('../packages/testkit/dist/index.js')
  await createDemoArchive(warehouse, { log: (line) => console.error(line) })
  writeFileSync(marker, '')
}
