/** Pairs of a probe row and a build row that have the same key, in chunks, so that a key of many rows fills no memory. */

import type { BuildSide } from './build-side.js'

export interface Pairs {
  readonly probe: Int32Array
  /** The build row of each pair; -1 for none. */
  readonly build: Int32Array
  /** Whether a build row may be -1. */
  readonly mayMiss: boolean
}

/**
 * The pairs of the rows of a probe batch, in its order. `ids[i]` is the key of row i, -1 for none. With `keepUnmatched`
 * a row without a match makes one pair with -1.
 */
export function* matchingPairs(
  side: BuildSide,
  ids: Int32Array,
  rowCount: number,
  keepUnmatched: boolean,
  chunkSize: number,
): Generator<Pairs, void, undefined> {
  if (side.table === null) {
    yield* allPairs(side.rowCount, rowCount, keepUnmatched, chunkSize)
    return
  }
  if (side.heads === null || side.next === null) {
    const pairs = uniquePairs(ids, rowCount, keepUnmatched)
    if (pairs.probe.length > 0) yield pairs
    return
  }
  yield* chainedPairs(side.heads, side.next, ids, rowCount, keepUnmatched, chunkSize)
}

let rowNumbers = new Int32Array(0)

/** The numbers 0, 1, 2, …: never written to, so all callers share them. */
export function firstRows(count: number): Int32Array {
  if (rowNumbers.length < count) rowNumbers = Int32Array.from({ length: Math.max(count, 16_384) }, (_, i) => i)
  return rowNumbers.subarray(0, count)
}

function countMatches(ids: Int32Array, rowCount: number): number {
  let count = 0
  for (let row = 0; row < rowCount; row++) count += +(ids[row]! >= 0)
  return count
}

function uniquePairs(ids: Int32Array, rowCount: number, keepUnmatched: boolean): Pairs {
  const matches = countMatches(ids, rowCount)
  if (keepUnmatched || matches === rowCount) return { probe: firstRows(rowCount), build: ids, mayMiss: matches < rowCount }
  const probe = new Int32Array(rowCount)
  const build = new Int32Array(rowCount)
  let count = 0
  for (let row = 0; row < rowCount; row++) {
    const match = ids[row]!
    probe[count] = row
    build[count] = match
    count += +(match >= 0)
  }
  return { probe: probe.subarray(0, count), build: build.subarray(0, count), mayMiss: false }
}

function* chainedPairs(
  heads: Int32Array,
  next: Int32Array,
  ids: Int32Array,
  rowCount: number,
  keepUnmatched: boolean,
  chunkSize: number,
): Generator<Pairs, void, undefined> {
  let row = 0
  /** The build row to go on with, when a chunk ended inside a chain; -2 to begin a row. */
  let match = -2
  while (row < rowCount) {
    const probe = new Int32Array(chunkSize)
    const build = new Int32Array(chunkSize)
    let count = 0
    while (row < rowCount && count < chunkSize) {
      if (match === -2) {
        const id = ids[row]!
        match = id < 0 ? -1 : heads[id]!
        if (match < 0 && keepUnmatched) {
          probe[count] = row
          build[count++] = -1
        }
      }
      while (match >= 0 && count < chunkSize) {
        probe[count] = row
        build[count++] = match
        match = next[match]!
      }
      if (match >= 0) break
      match = -2
      row++
    }
    if (count > 0) yield { probe: probe.subarray(0, count), build: build.subarray(0, count), mayMiss: keepUnmatched }
  }
}

function* allPairs(buildRows: number, probeRows: number, keepUnmatched: boolean, chunkSize: number): Generator<Pairs, void, undefined> {
  if (buildRows === 0) {
    if (!keepUnmatched) return
    yield { probe: firstRows(probeRows), build: new Int32Array(probeRows).fill(-1), mayMiss: true }
    return
  }
  const total = probeRows * buildRows
  for (let start = 0; start < total; start += chunkSize) {
    const count = Math.min(chunkSize, total - start)
    const probe = new Int32Array(count)
    const build = new Int32Array(count)
    let row = Math.floor(start / buildRows)
    let match = start - row * buildRows
    for (let k = 0; k < count; k++) {
      probe[k] = row
      build[k] = match++
      if (match === buildRows) {
        match = 0
        row++
      }
    }
    yield { probe, build, mayMiss: false }
  }
}
