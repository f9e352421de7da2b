/** Physical plans for people (text) and programs (JSON), with what the run counted where there was one. */

import type { ScanDescription } from '@artemis/plan'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import { planNodes } from '../execution-plan.js'
import type { QueryMetrics } from '../metrics.js'
import { METRIC } from '../metrics.js'
import { ScanExec } from '../operators/scan.js'

/** One operator in EXPLAIN (FORMAT JSON). */
export interface ExplainNode {
  /** Its place in the plan, parents first, from 0. */
  readonly id: number
  readonly name: string
  readonly details: Readonly<Record<string, string | readonly string[]>>
  /** What a scan keeps of its source: files, row groups. */
  readonly source?: ScanDescription
  /** Counters of the run, for EXPLAIN ANALYZE; times in nanoseconds. */
  readonly metrics?: Readonly<Record<string, number>>
  readonly children: readonly ExplainNode[]
}

export interface ExplainOptions {
  readonly metrics?: QueryMetrics | undefined
}

/** The plan as a tree of plain objects. Asks scans about their sources, which may read metadata. */
export async function explainNodes(plan: ExecutionPlan, options: ExplainOptions = {}): Promise<ExplainNode> {
  const ids = new Map(planNodes(plan).map((node, id) => [node, id]))
  const visit = async (node: ExecutionPlan): Promise<ExplainNode> => {
    const { name, details } = node.describe()
    const source = node instanceof ScanExec ? await node.describeSource() : undefined
    const metrics = options.metrics === undefined ? undefined : Object.fromEntries(options.metrics.of(node).entries())
    const children: ExplainNode[] = []
    for (const child of node.children) children.push(await visit(child))
    return {
      id: ids.get(node)!,
      name,
      details: Object.fromEntries(details),
      ...(source === undefined ? {} : { source }),
      ...(metrics === undefined ? {} : { metrics }),
      children,
    }
  }
  return visit(plan)
}

/** EXPLAIN's text: one operator a line, inputs indented below it, sources and counters on lines of their own. */
export async function explainText(plan: ExecutionPlan, options: ExplainOptions = {}): Promise<string> {
  const lines: string[] = []
  const visit = (node: ExplainNode, depth: number): void => {
    const indent = '  '.repeat(depth)
    const details = Object.entries(node.details).map(detailText)
    lines.push(`${indent}${node.name}${details.length > 0 ? `: ${details.join(', ')}` : ''}`)
    for (const line of sourceLines(node.source)) lines.push(`${indent}    ${line}`)
    if (node.metrics !== undefined) lines.push(`${indent}    metrics: ${metricsText(node.metrics)}`)
    for (const child of node.children) visit(child, depth + 1)
  }
  visit(await explainNodes(plan, options), 0)
  return lines.join('\n')
}

/** EXPLAIN (FORMAT JSON). */
export async function explainJson(plan: ExecutionPlan, options: ExplainOptions = {}): Promise<string> {
  return JSON.stringify(await explainNodes(plan, options), null, 2)
}

function detailText([key, value]: PlanDetail): string {
  return `${key}=${typeof value === 'string' ? value : `[${value.join(', ')}]`}`
}

function sourceLines(source: ScanDescription | undefined): string[] {
  if (source === undefined) return []
  return [
    ...source.counters.map((counter) => `${counter.name}: ${counter.total} total -> ${counter.kept} matched`),
    ...source.notes.map((note) => `${note.name}: ${note.value}`),
  ]
}

const FIRST_METRICS: readonly string[] = [
  METRIC.outputRows,
  METRIC.elapsedCompute,
  METRIC.spillCount,
  METRIC.spilledBytes,
  METRIC.spilledRows,
]
const TIMES: ReadonlySet<string> = new Set([METRIC.elapsedCompute, METRIC.buildTime])

function metricsText(metrics: Readonly<Record<string, number>>): string {
  const names = [
    ...FIRST_METRICS.filter((name) => name in metrics),
    ...Object.keys(metrics).filter((name) => !FIRST_METRICS.includes(name)),
  ]
  return names
    .map((name) => `${name}=${TIMES.has(name) || name.startsWith('time_') ? `${(metrics[name]! / 1e6).toFixed(3)}ms` : metrics[name]}`)
    .join(', ')
}
