/**
 * The table for people: names, types, values; numbers to the right. Long results show their first and last rows, wide
 * ones leave out columns in the middle, so that a line always fits the terminal.
 */

import type { Batch, Schema } from '@artemis/engine'
import { formatVector, isRightAligned, sqlTypeName, timeZoneOffset } from '@artemis/engine'
import { displayWidth } from '@artemis/errors'
import type { Output } from '../output.js'
import type { RenderOptions, Renderer, ResultSummary } from './renderer.js'

type Cells = readonly string[]

const ELLIPSIS = '…'
/** A cell wider than this is cut when its table would not fit. */
const MAX_CELL = 60

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

  /** Keeps the first half of the rows that are shown, and the last half of those seen so far. */
  batch(batch: Batch): Promise<void> {
    const { maxRows } = this.#options
    const half = Math.ceil(maxRows / 2)
    const headRoom = Math.max(0, maxRows - this.#head.length)
    const first = Math.min(batch.rowCount, headRoom)
    if (first > 0) this.#head.push(...this.#format(batch.slice(0, first)))
    const restStart = Math.max(first, batch.rowCount - half)
    if (restStart < batch.rowCount) {
      this.#tail.push(...this.#format(batch.slice(restStart, batch.rowCount - restStart)))
      this.#tail = this.#tail.slice(-half)
    }
    this.#rowCount += batch.rowCount
    return Promise.resolve()
  }

  async end(summary: ResultSummary): Promise<void> {
    await this.#output.write(`${this.#lines(summary).join('\n')}\n`)
  }

  #format(batch: Batch): Cells[] {
    const zone = timeZoneOffset(this.#options.timeZone)
    const columns = batch.columns().map((vector) => formatVector(vector, { zone }))
    return Array.from({ length: batch.rowCount }, (_, row) => columns.map((column) => printable(column[row] ?? this.#options.nullText ?? 'NULL')))
  }

  #lines(summary: ResultSummary): string[] {
    const { fields } = this.#schema
    const footer = this.#footer(summary)
    if (fields.length === 0) return [footer]
    const { rows, gapAfter } = this.#shownRows()
    const names = fields.map((field) => printable(field.name))
    const types = fields.map((field) => sqlTypeName(field.type).toLowerCase())
    const all = [names, types, ...rows]
    const natural = fields.map((_, i) => Math.max(...all.map((cells) => displayWidth(cells[i]!))))
    const { columns, widths } = fitColumns(natural, this.#options.maxWidth ?? this.#output.width)
    const align = columns.map((i) => i >= 0 && isRightAligned(fields[i]!.type))
    const line = (cells: Cells, right: readonly boolean[]): string =>
      `│ ${columns.map((i, k) => pad(i < 0 ? ELLIPSIS : cells[i]!, widths[k]!, right[k]!)).join(' │ ')} │`
    const rule = (left: string, middle: string, right: string): string => `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}`
    const body = rows.map((cells) => line(cells, align))
    if (gapAfter !== undefined) body.splice(gapAfter, 0, line(fields.map(() => '·'), align))
    return [
      rule('┌', '┬', '┐'),
      ...(this.#options.header ? [line(names, align), line(types, align), rule('├', '┼', '┤')] : []),
      ...body,
      rule('└', '┴', '┘'),
      footer,
    ]
  }

  #shownRows(): { rows: Cells[]; gapAfter: number | undefined } {
    const { maxRows } = this.#options
    if (this.#rowCount <= maxRows) return { rows: this.#head, gapAfter: undefined }
    const top = Math.ceil(maxRows / 2)
    const bottom = maxRows - top
    const seen = [...this.#head, ...this.#tail]
    return { rows: [...this.#head.slice(0, top), ...(bottom === 0 ? [] : seen.slice(-bottom))], gapAfter: top }
  }

  #footer({ rowCount, elapsedMs }: ResultSummary): string {
    const rows = `${rowCount.toLocaleString('en-US')} ${rowCount === 1 ? 'row' : 'rows'}`
    const shown = rowCount > this.#options.maxRows ? ` (${this.#options.maxRows} shown)` : ''
    return `${rows}${shown} in ${elapsedMs < 1000 ? `${Math.round(elapsedMs)} ms` : `${(elapsedMs / 1000).toFixed(2)} s`}`
  }
}

/** Line breaks and control characters would break the frame. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t').replaceAll(/[\u0000-\u001f\u007f]/g, '�')
}

/** Gives the room that is left to the columns that were cut, first come, first served. */
function widened(widths: readonly number[], natural: readonly number[], room: number): number[] {
  let left = room
  return widths.map((width, i) => {
    const more = Math.min(left, natural[i]! - width)
    left -= more
    return width + more
  })
}

/** Which columns are shown (-1 stands for those left out) and how wide. */
export function fitColumns(natural: readonly number[], lineWidth: number | undefined): { columns: number[]; widths: number[] } {
  const all = natural.map((_, i) => i)
  const lineOf = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width + 3, 1)
  if (lineWidth === undefined || lineOf(natural) <= lineWidth) return { columns: all, widths: [...natural] }
  const capped = natural.map((width) => Math.min(width, MAX_CELL))
  const excess = lineOf(capped) - lineWidth
  const widest = Math.max(...capped)
  if (excess <= 0) return { columns: all, widths: widened(capped, natural, -excess) }
  // One very wide column gives way before whole columns do.
  if (capped.filter((width) => width === widest).length === 1 && widest - excess >= 20) {
    return { columns: all, widths: capped.map((width) => (width === widest ? width - excess : width)) }
  }
  let left = Math.ceil(natural.length / 2)
  let right = natural.length - left
  const shown = (): number[] => [...all.slice(0, left), -1, ...all.slice(natural.length - right)]
  const widthsOf = (columns: readonly number[]): number[] => columns.map((i) => (i < 0 ? 1 : capped[i]!))
  while (left + right > 1 && lineOf(widthsOf(shown())) > lineWidth) {
    if (right >= left) right--
    else left--
  }
  const columns = shown()
  const widths = widthsOf(columns)
  const over = lineOf(widths) - lineWidth
  if (over > 0) widths[0] = Math.max(1, widths[0]! - over)
  return { columns, widths }
}

function pad(text: string, width: number, right: boolean): string {
  const cut = displayWidth(text) > width ? cutTo(text, width) : text
  const space = ' '.repeat(Math.max(0, width - displayWidth(cut)))
  return right ? space + cut : cut + space
}

function cutTo(text: string, width: number): string {
  let cut = ''
  let used = 0
  for (const character of text) {
    const next = displayWidth(character)
    if (used + next > width - 1) break
    cut += character
    used += next
  }
  return `${cut}${ELLIPSIS}`
}
