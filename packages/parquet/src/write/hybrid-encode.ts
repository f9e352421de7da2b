/**
 * The RLE and bit-packing hybrid, written: a value that repeats 8 times or more becomes a run, anything between becomes
 * groups of 8 packed values. Packers are generated for each bit width, as unpackers are.
 */

import type { ByteBuilder } from './byte-builder.js'

type Packer = (source: Int32Array, from: number, target: Uint8Array, to: number, groups: number) => void

const packers: (Packer | undefined)[] = []

function packerOf(width: number): Packer {
  return (packers[width] ??= generate(width))
}

function generate(width: number): Packer {
  const lines: string[] = []
  for (let value = 0; value < 8; value++) lines.push(`const v${value} = source[from + ${value}]`)
  for (let byte = 0; byte < width; byte++) {
    const terms: string[] = []
    for (let value = 0; value < 8; value++) {
      const shift = value * width - byte * 8
      if (shift >= 8 || shift + width <= 0) continue
      terms.push(shift >= 0 ? `v${value} << ${shift}` : `v${value} >>> ${-shift}`)
    }
    lines.push(`target[to + ${byte}] = ${terms.join(' | ')}`)
  }
  const body = `for (let k = 0; k < groups; k++) {\n${lines.join('\n')}\nfrom += 8; to += ${width}\n}`
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is made of constants that depend on the width alone
  return new Function('source', 'from', 'target', 'to', 'groups', body) as Packer
}

/** Groups of one packed run, at most: its header must stay small for readers that count it in 32 bits. */
const MAX_GROUPS = 1 << 16

/** Encodes `values[from..to)`, each of at most `width` bits. */
export function encodeHybrid(values: Int32Array, from: number, to: number, width: number, out: ByteBuilder): void {
  let packedStart = from
  let next = from
  while (next < to) {
    const run = runLength(values, next, to)
    if (run >= 8) {
      flushPacked(values, packedStart, next, width, out)
      out.varint(run * 2)
      for (let shift = 0; shift < width; shift += 8) out.byte((values[next]! >>> shift) & 255)
      next += run
      packedStart = next
    } else next = Math.min(next + 8, to)
  }
  flushPacked(values, packedStart, to, width, out)
}

function runLength(values: Int32Array, from: number, to: number): number {
  const value = values[from]!
  let end = from + 1
  while (end < to && values[end] === value) end++
  return end - from
}

function flushPacked(values: Int32Array, from: number, to: number, width: number, out: ByteBuilder): void {
  const pack = packerOf(width)
  for (let start = from; start < to; start += 8 * MAX_GROUPS) {
    const end = Math.min(to, start + 8 * MAX_GROUPS)
    const groups = (end - start + 7) >>> 3
    const whole = (end - start) >>> 3
    out.varint(groups * 2 + 1)
    out.reserve(groups * width)
    pack(values, start, out.bytes, out.length, whole)
    if (groups > whole) {
      const last = new Int32Array(8)
      last.set(values.subarray(start + whole * 8, end))
      pack(last, 0, out.bytes, out.length + whole * width, 1)
    }
    out.length += groups * width
  }
}

let scratch = new Int32Array(0)

/** Encodes levels behind their length in 4 bytes, as V1 pages have them. */
export function encodeLevels(levels: Uint8Array, from: number, to: number, maximum: number, out: ByteBuilder): void {
  if (scratch.length < to - from) scratch = new Int32Array(to - from)
  for (let i = from; i < to; i++) scratch[i - from] = levels[i]!
  const start = out.length
  out.reserve(4)
  out.length += 4
  encodeHybrid(scratch, 0, to - from, bitWidth(maximum), out)
  out.putInt32(start, out.length - start - 4)
}

/** Bits that hold every value up to `maximum`. */
export function bitWidth(maximum: number): number {
  return 32 - Math.clz32(maximum)
}
