/** How wide the columns of a table are, which of them fit, and how text is cut to a width. */

import { displayWidth } from '@artemis/errors'

export const ELLIPSIS = '…'

/** A cell wider than this is cut when its table would not fit. */
const MAX_CELL = 60
/** What one very wide column keeps at least before whole columns are left out. */
const MIN_CUT_CELL = 20

export interface FittedColumns {
  /** Indices of the columns that are shown, left to right; -1 stands for those left out. */
  readonly columns: readonly number[]
  readonly widths: readonly number[]
}

/** Fits columns of the given widths into a line; all of them as they are when the line has no limit. */
export function fitColumns(natural: readonly number[], lineWidth: number | undefined): FittedColumns {
  const all = natural.map((_, i) => i)
  if (lineWidth === undefined || lineOf(natural) <= lineWidth) return { columns: all, widths: natural }
  const capped = natural.map((width) => Math.min(width, MAX_CELL))
  const excess = lineOf(capped) - lineWidth
  if (excess <= 0) return { columns: all, widths: widened(capped, natural, -excess) }
  // One very wide column gives way before whole columns do.
  const widest = Math.max(...capped)
  if (capped.filter((width) => width === widest).length === 1 && widest - excess >= MIN_CUT_CELL) {
    return { columns: all, widths: capped.map((width) => (width === widest ? width - excess : width)) }
  }
  return leaveOutMiddle(capped, lineWidth)
}

function lineOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + 3, 1)
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

/** Takes columns from the middle until the rest fits; the first column stays, cut if need be. */
function leaveOutMiddle(widths: readonly number[], lineWidth: number): FittedColumns {
  const count = widths.length
  let left = Math.ceil(count / 2)
  let right = count - left
  let used = lineOf(widths)
  const gap = 1 + 3
  while (left + right > 1 && used + (left + right < count ? gap : 0) > lineWidth) {
    if (right >= left) used -= widths[count - right--]! + 3
    else used -= widths[--left]! + 3
  }
  const leftOut = left + right < count
  const columns = [
    ...widths.slice(0, left).keys(),
    ...(leftOut ? [-1] : []),
    ...widths.slice(count - right).map((_, i) => count - right + i),
  ]
  const fitted = columns.map((i) => (i < 0 ? 1 : widths[i]!))
  const over = lineOf(fitted) - lineWidth
  if (over > 0) fitted[0] = Math.max(1, fitted[0]! - over)
  return { columns, widths: fitted }
}

/** Line breaks and control characters would break the frame. */
export function printable(text: string): string {
  if (!/\p{Cc}/u.test(text)) return text
  return text
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\t', String.raw`\t`)
    .replaceAll(/\p{Cc}/gu, '�')
}

export function padTo(width: number, text: string, right: boolean): string {
  const cut = displayWidth(text) > width ? cutTo(width, text) : text
  const space = ' '.repeat(Math.max(0, width - displayWidth(cut)))
  return right ? space + cut : cut + space
}

function cutTo(width: number, text: string): string {
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
