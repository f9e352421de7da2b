import { snappyUncompress } from 'hysnappy'
import { expect, test } from 'vitest'
import { compressSnappy, uncompressSnappy } from './snappy.js'

let state = 7
function random(): number {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0
  return state / 4294967296
}

/** Bytes that give literals and copies of all kinds: noise, patterns of every short period, sparse noise, near repeats. */
function sample(kind: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const period = 1 + Math.floor(random() * 20)
  for (let i = 0; i < length; i++) {
    const noise = random() * 256
    if (kind === 0) bytes[i] = noise
    else if (kind === 1) bytes[i] = i % period
    else if (kind === 2) bytes[i] = random() < 0.1 ? noise : 7
    else bytes[i] = i > 100 && random() < 0.95 ? bytes[i - 1 - Math.floor(random() * period)]! : noise
  }
  return bytes
}

test('gives back what was compressed', () => {
  for (let round = 0; round < 400; round++) {
    const bytes = sample(round % 4, 1 + Math.floor(random() ** 3 * 300_000))
    const out = uncompressSnappy(compressSnappy(bytes), bytes.length)
    expect(Buffer.compare(out, bytes)).toBe(0)
  }
})

/** Elements as in the format's description, behind the length 16. */
const compressed = (...elements: number[]): Uint8Array => Uint8Array.of(16, ...elements)

test('reads every kind of element', () => {
  const literal = [3 << 2, 1, 2, 3, 4]
  const wanted = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]
  const copies = [
    [1 | (4 << 2), 4, 1 | (0 << 2), 4],
    [2 | (11 << 2), 4, 0],
    [3 | (11 << 2), 4, 0, 0, 0],
  ]
  for (const copy of copies) expect([...uncompressSnappy(compressed(...literal, ...copy), 16)]).toEqual(wanted)
  for (const width of [1, 2, 3, 4]) {
    const length = [15, 0, 0, 0].slice(0, width)
    expect([...uncompressSnappy(compressed((59 + width) << 2, ...length, ...wanted), 16)]).toEqual(wanted)
  }
})

test('refuses damaged data', () => {
  const cases: [number[], RegExp][] = [
    [[3 << 2, 1, 2], /ends in a literal/],
    [[63 << 2, 0xff, 0xff], /ends in a literal/],
    [[63 << 2, 0xfe, 0xff, 0xff, 0xff, 1], /ends in a literal/],
    [[19 << 2, ...Array<number>(20).fill(1)], /literal is too long/],
    [[0, 9, 2 | (3 << 2), 1], /ends in a copy/],
    [[0, 9, 3 | (3 << 2), 1, 0], /ends in a copy/],
    [[0, 9, 2 | (3 << 2), 0, 0], /copy leaves the data/],
    [[0, 9, 2 | (3 << 2), 2, 0], /copy leaves the data/],
    [[0, 9, 2 | (31 << 2), 1, 0], /copy leaves the data/],
    [[0, 9], /before its output is full/],
  ]
  for (const [elements, message] of cases) expect(() => uncompressSnappy(compressed(...elements), 16)).toThrow(message)
  expect(() => uncompressSnappy(compressed(0, 1), 17)).toThrow(/declares 16 bytes/)
})

test('agrees with another decoder on data with flipped bits', () => {
  for (let round = 0; round < 1500; round++) {
    const bytes = sample(round % 4, 200 + Math.floor(random() * 2000))
    const damaged = compressSnappy(bytes).slice()
    for (let k = 0; k < 1 + (round % 3); k++) damaged[3 + Math.floor(random() * (damaged.length - 3))]! ^= 1 << Math.floor(random() * 8)
    let out: Uint8Array | undefined
    try {
      out = uncompressSnappy(damaged, bytes.length)
    } catch (error) {
      expect((error as Error).message).toMatch(/Snappy/)
      continue
    }
    expect(Buffer.compare(out, snappyUncompress(damaged, bytes.length))).toBe(0)
  }
})
