/**
 * The table for people: names, types, values; numbers to the right. Long results show their first and last rows, wide
 * ones leave out columns in the middle, so that a line always fits the terminal.
 */

import type { Batch, Schema } from '@artemis/engine'
import { formatVector, isRightAligned, sqlTypeName, timeZoneOffset } from '@artemis/engine'
import { displayWidth } from '@artemis/errors'
import type { Output } from '../output/output.js'
import { formatCount, formatElapsed } from '../terminal/numbers.js'
import type { RenderOptions, Renderer, ResultSummary } from './renderer.js'
import { ELLIPSIS, fitColumns, padTo, printable } from './table-layout.js'

type Cells = readonly string[]

interface ShownRows {
  readonly rows: readonly Cells[]
  /** The place of the rows that are left out; undefined when all are shown. */
  readonly gapAfter: number | undefined
}

export class TableRenderer implements Renderer {
  readonly #output: Output
  readonly #options: RenderOptions
  #schema: Schema = { fields: [] }
  #head: Cells[] = []
  #tail: Cells[] = []
  #rowCount = 0

  constructor(output: Output, options: RenderOptions) {
    this.#output = output
    this.#options = options
  }

  begin(schema: Schema): Promise<void> {
    this.#schema = schema
    return Promise.resolve()
  }

  /** Keeps the first rows up to the limit, and as many of those seen last as the second half of a long result shows. */
  batch(batch: Batch): Promise<void> {
    const { maxRows } = this.#options
    const half = Math.floor(maxRows / 2)
    const first = Math.min(batch.rowCount, maxRows - this.#head.length)
    if (first > 0) this.#format(batch.slice(0, first), this.#head)
    const restStart = Math.max(first, batch.rowCount - half)
    if (restStart < batch.rowCount) {
      this.#format(batch.slice(restStart, batch.rowCount - restStart), this.#tail)
      this.#tail = this.#tail.slice(-half)
    }
    this.#rowCount += batch.rowCount
    return Promise.resolve()
  }

  async end(summary: ResultSummary): Promise<void> {
    await this.#output.write(this.#text(summary))
  }

  #format(batch: Batch, rows: Cells[]): void {
    const zone = timeZoneOffset(this.#options.timeZone)
    const nullText = this.#options.nullText ?? 'NULL'
    const columns = batch.columns().map((vector) => formatVector(vector, { zone }))
    for (let row = 0; row < batch.rowCount; row++) rows.push(columns.map((column) => printable(column[row] ?? nullText)))
  }

  #text(summary: ResultSummary): string {
    const { fields } = this.#schema
    if (fields.length === 0) return `done in ${formatElapsed(summary.elapsedMs)}\n`
    const { header } = this.#options
    const { rows, gapAfter } = this.#shownRows()
    const heading: Cells[] = header
      ? [fields.map((field) => printable(field.name)), fields.map((field) => sqlTypeName(field.type).toLowerCase())]
      : []
    const { columns, widths } = fitColumns(naturalWidths(fields.length, heading, rows), this.#options.maxWidth ?? this.#output.width)
    const alignRight = columns.map((i) => i >= 0 && isRightAligned(fields[i]!.type))
    const line = (cells: Cells): string =>
      `│ ${columns.map((i, k) => padTo(widths[k]!, i < 0 ? ELLIPSIS : cells[i]!, alignRight[k]!)).join(' │ ')} │\n`
    const rule = (left: string, middle: string, right: string): string =>
      `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}\n`
    const gap = line(fields.map(() => '·'))
    let text = rule('┌', '┬', '┐')
    if (header) text += heading.map(line).join('') + rule('├', '┼', '┤')
    for (const [i, cells] of rows.entries()) text += (i === gapAfter ? gap : '') + line(cells)
    if (gapAfter === rows.length) text += gap
    return `${text}${rule('└', '┴', '┘')}${this.#footer(summary, columns.filter((i) => i >= 0).length)}\n`
  }

  #shownRows(): ShownRows {
    const { maxRows } = this.#options
    if (this.#rowCount <= maxRows) return { rows: this.#head, gapAfter: undefined }
    const top = Math.ceil(maxRows / 2)
    const bottom = maxRows - top
    const last = bottom === 0 ? [] : [...this.#head, ...this.#tail].slice(-bottom)
    return { rows: [...this.#head.slice(0, top), ...last], gapAfter: top }
  }

  /** The time is told on a terminal only: text that is kept or compared should not differ from run to run. */
  #footer({ rowCount, elapsedMs }: ResultSummary, shownColumns: number): string {
    const { maxRows } = this.#options
    const columnCount = this.#schema.fields.length
    const shown = rowCount > maxRows ? ` (${formatCount(maxRows)} shown)` : ''
    const rows = `${formatCount(rowCount)} ${rowCount === 1 ? 'row' : 'rows'}${shown}`
    const columns = shownColumns < columnCount ? `, ${columnCount} columns (${shownColumns} shown)` : ''
    return `${rows}${columns}${this.#output.isTerminal ? ` in ${formatElapsed(elapsedMs)}` : ''}`
  }
}

function naturalWidths(columnCount: number, heading: readonly Cells[], rows: readonly Cells[]): number[] {
  const widths = new Array<number>(columnCount).fill(1)
  for (const cells of [...heading, ...rows]) {
    for (let i = 0; i < columnCount; i++) widths[i] = Math.max(widths[i]!, displayWidth(cells[i]!))
  }
  return widths
}
