import { float64, int32, int64, utf8 } from '@artemis/arrow'
import type { LogicalPlan } from '@artemis/plan'
import { comparison, literal } from '@artemis/plan'
import { expect, it } from 'vitest'
import { createPhysicalPlan } from '../planner/physical-planner.js'
import { collectBatches } from '../stream.js'
import { countAll, sumOfFloat } from '../testing/functions.js'
import { seededRandom } from '../testing/random.js'
import { aggregateCall, PlanBuilder, reference, tableOf, testRun } from '../testing/tables.js'
import type { ExplainNode } from './explain.js'
import { explainJson, explainText } from './explain.js'

function examplePlan(): LogicalPlan {
  const random = seededRandom(1)
  const table = tableOf(
    {
      mission: { type: utf8, values: ['a', 'b', null] },
      day: { type: int32, values: [1, 2, 3] },
      volt: { type: float64, values: [1, 2, 3] },
    },
    random,
    3,
  )
  Object.assign(table, { snapshot: { snapshotId: 42n, timestampMs: Date.UTC(2024, 2, 1), schemaId: 0 } })
  const builder = new PlanBuilder()
  const scan = builder.scan(table, 'observations')
  const filters = [
    { expression: comparison('=', reference(scan, 'mission'), literal(utf8, 'a')), pushdown: 'Exact' as const },
    { expression: comparison('>', reference(scan, 'volt'), literal(float64, 0.5)), pushdown: 'Inexact' as const },
  ]
  const filter: LogicalPlan = { kind: 'filter', input: { ...scan, filters }, predicate: filters[1]!.expression, columns: scan.columns }
  const aggregate = builder.aggregate(
    filter,
    [reference(scan, 'mission')],
    [aggregateCall(countAll, []), aggregateCall(sumOfFloat, [reference(scan, 'volt')])],
  )
  const sort: LogicalPlan = {
    kind: 'sort',
    input: aggregate,
    keys: [{ expression: reference(aggregate, 'count0'), descending: true, nullsFirst: false }],
    fetch: null,
    columns: aggregate.columns,
  }
  return { kind: 'limit', input: sort, offset: null, fetch: literal(int64, 10n), columns: sort.columns }
}

it('shows operators, filters with their class, and what the source keeps', async () => {
  const run = testRun()
  const plan = createPhysicalPlan(examplePlan(), { evaluation: run.context.evaluation, casts: run.context.casts })
  expect(await explainText(plan)).toBe(`TopNExec: keys=[count0 DESC NULLS LAST], fetch=10
  HashAggregateExec: mode=single, group=[mission], aggregates=[count(*), sum(volt)]
    FilterExec: predicate=volt > 0.5
      ScanExec: table=memory.observations, snapshot=42 (2024-03-01T00:00:00.000Z), projection=[mission, day, volt], filters=[mission = 'a' (Exact), volt > 0.5 (Inexact)]
          batches: 2 total -> 2 matched`)
  run.dispose()
})

it('shows what a run counted, as text and as JSON', async () => {
  const run = testRun()
  const plan = createPhysicalPlan(examplePlan(), { evaluation: run.context.evaluation, casts: run.context.casts })
  await collectBatches(plan, run.context)
  expect(await explainText(plan, { metrics: run.context.metrics })).toMatch(
    /HashAggregateExec: .*\n +metrics: output_rows=3, elapsed_compute=\d+\.\d{3}ms, .*groups=3/,
  )
  const root = JSON.parse(await explainJson(plan, { metrics: run.context.metrics })) as ExplainNode
  expect(root).toMatchObject({ id: 0, name: 'TopNExec', details: { fetch: '10' }, metrics: { output_rows: 3 } })
  expect(root.children[0]!.children[0]!.children[0]).toMatchObject({
    id: 3,
    name: 'ScanExec',
    details: { filters: ["mission = 'a' (Exact)", 'volt > 0.5 (Inexact)'] },
    source: { counters: [{ name: 'batches', total: 2, kept: 2 }] },
    metrics: { output_rows: 3 },
  })
  run.dispose()
})
