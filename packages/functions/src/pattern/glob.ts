/** GLOB: shell patterns over bytes. `*` any text, `?` one byte, `[a-c]` and `[!a-c]` sets, a backslash escapes. */

import { bool, utf8 } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import { argument } from '../kernel/input.js'
import { booleanResult } from '../kernel/results.js'
import { byteColumn } from '../kernel/text-columns.js'

const STAR = 0x2a
const QUESTION = 0x3f
const OPEN = 0x5b
const CLOSE = 0x5d
const BACKSLASH = 0x5c
const BANG = 0x21
const DASH = 0x2d

/** Where the set that opens at `at` ends (past its bracket), and whether it holds a byte; undefined when it never closes. */
function readSet(pattern: Uint8Array, at: number, byte: number): { readonly end: number; readonly matches: boolean } | undefined {
  let i = at + 1
  const negated = pattern[i] === BANG
  if (negated) i++
  let found = false
  for (let first = true; i < pattern.length && (first || pattern[i] !== CLOSE); first = false) {
    const low = pattern[i]!
    if (pattern[i + 1] === DASH && i + 2 < pattern.length && pattern[i + 2] !== CLOSE) {
      if (byte >= low && byte <= pattern[i + 2]!) found = true
      i += 3
    } else {
      if (byte === low) found = true
      i++
    }
  }
  return i >= pattern.length ? undefined : { end: i + 1, matches: found !== negated }
}

/** Greedy matching with one point to return to: the last `*`. */
export function matchesGlob(text: Uint8Array, pattern: Uint8Array): boolean {
  let t = 0
  let p = 0
  let returnPattern = -1
  let returnText = 0
  while (t < text.length || p < pattern.length) {
    if (pattern[p] === STAR) {
      returnPattern = ++p
      returnText = t
      continue
    }
    const next = t < text.length && p < pattern.length ? step(text[t]!, pattern, p) : -1
    if (next >= 0) {
      p = next
      t++
      continue
    }
    if (returnPattern < 0 || returnText >= text.length) return false
    t = ++returnText
    p = returnPattern
  }
  return true
}

/** The place in the pattern after what matches the byte, or -1. */
function step(byte: number, pattern: Uint8Array, p: number): number {
  const wanted = pattern[p]!
  if (wanted === QUESTION) return p + 1
  if (wanted === OPEN) {
    const set = readSet(pattern, p, byte)
    return set?.matches === true ? set.end : -1
  }
  if (wanted === BACKSLASH && p + 1 < pattern.length) return pattern[p + 1] === byte ? p + 2 : -1
  return wanted === byte ? p + 1 : -1
}

export const glob = scalarFunction({
  name: 'glob',
  aliases: ['~~~'],
  category: 'pattern',
  description: 'Whether a text matches a shell pattern: * any text, ? one byte, [a-c] and [!a-c] sets.',
  example: "'best.txt' GLOB '*.txt'",
  result: 'true',
  overloads: [
    overload({ text: utf8, pattern: utf8 }, bool, (input) => {
      const text = byteColumn(argument(input, 0))
      const pattern = byteColumn(argument(input, 1))
      return booleanResult(input, (row) => {
        const t = row * text.stride
        const p = row * pattern.stride
        return matchesGlob(
          text.data.subarray(text.offsets[t]!, text.offsets[t + 1]!),
          pattern.data.subarray(pattern.offsets[p]!, pattern.offsets[p + 1]!),
        )
      })
    }),
  ],
})
