/**
 * Golden plans. Every file of test-data/plans holds queries and what becomes of their plans: `<rule>.plan` by that rule
 * alone, `all-rules.plan` by the whole list. A new query needs only its title and its SQL; `npx vitest run
 * packages/testkit/src/plans/golden-plans.test.ts -u` writes the plans, which are then reviewed as a diff.
 *
 *   === title (after simplify_expressions, predicate_pushdown: rules that run before)
 *   SELECT …
 *   --- before
 *   …
 *   --- after
 *   …
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { ArtemisError } from '@artemis/errors'
import { RULES, optimize, runRule } from '@artemis/optimizer'
import type { LogicalPlan } from '@artemis/plan'
import { describe, expect, test } from 'vitest'
import { bindQuery, optimizerContext, planText } from './archive-tables.js'

const folder = path.resolve(import.meta.dirname, '../../../../test-data/plans')
const WHOLE_LIST = 'all-rules'

interface GoldenQuery {
  readonly title: string
  readonly sql: string
  /** Rules that run before the one that is tested. */
  readonly before: readonly string[]
}

function readQueries(file: string): { readonly head: string; readonly queries: readonly GoldenQuery[] } {
  const [head, ...records] = readFileSync(file, 'utf8').split(/^=== /m)
  const queries = records.map((record) => {
    const [title, ...lines] = record.split('\n')
    const end = lines.findIndex((line) => line.startsWith('--- '))
    const sql = (end < 0 ? lines : lines.slice(0, end)).join('\n').trim()
    const before = /\(after ([\w, ]+)\)$/.exec(title!)?.[1]?.split(', ') ?? []
    return { title: title!.trim(), sql, before }
  })
  return { head: head!, queries }
}

/** A rule that changed its input would fail on what is frozen. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  // Tables and functions are no plans.
  if ('scan' in value || 'evaluate' in value || 'createAccumulator' in value) return value
  Object.freeze(value)
  for (const part of Object.values(value)) freeze(part)
  return value
}

async function golden(rule: string, query: GoldenQuery): Promise<string> {
  const header = `=== ${query.title}\n${query.sql}\n`
  try {
    const bound = freeze(await bindQuery(query.sql))
    const context = optimizerContext(bound)
    const run = (name: string, plan: LogicalPlan): LogicalPlan =>
      runRule(RULES.find((item) => item.rule.name === name)!.rule, plan, { context, verify: name !== 'unnest_subqueries' })
    if (rule === WHOLE_LIST) return `${header}--- plan\n${planText(optimize(bound, { context, verify: true }))}\n`
    const before = freeze(query.before.reduce((plan, name) => run(name, plan), bound))
    const after = run(rule, before)
    expect(planText(run(rule, before)), 'a rule gives the same for the same').toBe(planText(after))
    return `${header}--- before\n${planText(before)}\n--- after\n${planText(after)}\n`
  } catch (error) {
    if (error instanceof ArtemisError && error.kind !== 'internal') return `${header}--- error\n${error.code}: ${error.message}\n`
    throw error
  }
}

describe('golden plans', () => {
  const names = [...RULES.map(({ rule }) => rule.name), WHOLE_LIST]

  test('every rule has a file and every file a rule', () => {
    expect(readdirSync(folder).toSorted()).toEqual(names.map((name) => `${name}.plan`).toSorted())
  })

  test.each(names)('%s', async (name) => {
    const file = path.join(folder, `${name}.plan`)
    const { head, queries } = existsSync(file) ? readQueries(file) : { head: '', queries: [] }
    const plans: string[] = []
    for (const query of queries) plans.push(await golden(name, query))
    await expect(head + plans.join('\n')).toMatchFileSnapshot(file)
  })
})
