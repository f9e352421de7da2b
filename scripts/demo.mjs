// The demo archive: made once, under a temporary name, so that a killed run leaves nothing half-made in its place.
import { existsSync, renameSync, rmSync, mkdirSync } from 'node:fs'
import path from 'node:path'

export async function ensureDemoArchive(warehouse) {
  if (existsSync(warehouse)) return
  const { createDemoArchive } = await import('../packages/testkit/dist/index.js')
  const staging = `${warehouse}.${process.pid}.partial`
  mkdirSync(path.dirname(warehouse), { recursive: true })
  try {
    await createDemoArchive(staging, { log: (line) => console.error(line) })
    if (existsSync(warehouse)) rmSync(staging, { recursive: true, force: true })
    else renameSync(staging, warehouse)
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    throw error
  }
}
