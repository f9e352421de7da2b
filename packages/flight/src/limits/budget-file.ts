/**
 * What is left of each budget, kept over restarts: a crash or a deployment refills nothing. Written at most once a second
 * while something changes, and at the end; a crash loses the charges of its last second at most.
 */

import { readFileSync } from 'node:fs'
import { DataError, IoError } from '@artemis/errors'
import { errorCode, reasonOf, writeFileAtomically } from '../security/atomic-file.js'
import type { BucketLevel } from './token-bucket.js'

export type BudgetLevels = ReadonlyMap<string, BucketLevel>

/** No file is an empty one. Throws a DataError BUDGET_FILE_DAMAGED: to start with full budgets must be a person's decision. */
export function readBudgets(path: string): BudgetLevels {
  const levels = new Map<string, BucketLevel>()
  const content = contentOf(path)
  if (content === undefined) return levels
  try {
    const root = JSON.parse(content) as { readonly version?: unknown; readonly budgets?: unknown } | null
    if (root?.version !== 1 || !Array.isArray(root.budgets)) throw new Error('it is no list of budgets of version 1')
    for (const entry of root.budgets as unknown[]) {
      const [id, level, atMs] = Array.isArray(entry) ? (entry as unknown[]) : []
      if (typeof id !== 'string' || !Number.isFinite(level) || !Number.isFinite(atMs)) throw new Error(`${JSON.stringify(entry)} is no budget`)
      levels.set(id, { level: Number(level), atMs: Number(atMs) })
    }
  } catch (cause) {
    throw new DataError({ code: 'BUDGET_FILE_DAMAGED', message: `the budget file ${path} is damaged: ${reasonOf(cause)}`, hint: 'Remove it to start with full budgets.', cause })
  }
  return levels
}

export async function writeBudgets(path: string, levels: BudgetLevels): Promise<void> {
  const budgets = Array.from(levels, ([id, { level, atMs }]) => `    ${JSON.stringify([id, level, atMs])}`)
  await writeFileAtomically(path, `{\n  "version": 1,\n  "budgets": [${budgets.length === 0 ? '' : `\n${budgets.join(',\n')}\n  `}]\n}\n`)
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw new IoError({ code: 'FILE_READ', message: `the budget file ${path} could not be read: ${reasonOf(cause)}`, cause })
  }
}
