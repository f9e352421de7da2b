/**
 * The loop that uncompresses Snappy, as a WebAssembly module that is put together here: unaligned words of 8 bytes are what
 * JavaScript lacks. The function is
 *
 *   uncompress(from, end, to, stop): 0, or the reason why the data is damaged
 *
 * over one memory: the elements stand in `[from, end)`, and the output fills `[to, stop)`. It may read up to 16 bytes beyond
 * `end`, and write up to 16 bytes beyond `stop`.
 *
 * Instructions are arrays of bytes that nest as the text format does: operands first, then the operator.
 */

type Code = readonly number[]

function unsigned(value: number): Code {
  const bytes: number[] = []
  let rest = value >>> 0
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
  return [...bytes, rest]
}

function signed(value: number): Code {
  const bytes: number[] = []
  let rest = value
  for (; rest > 63 || rest < -64; rest >>= 7) bytes.push((rest & 127) | 128)
  return [...bytes, rest & 127]
}

const I32 = 0x7f
const EMPTY = 0x40
const END = 0x0b

const get = (local: number): Code => [0x20, ...unsigned(local)]
const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)]
const constant = (value: number): Code => [0x41, ...signed(value)]
const binary =
  (operator: number) =>
  (a: Code, b: Code): Code => [...a, ...b, operator]
const equal = binary(0x46)
const less = binary(0x49)
const greater = binary(0x4b)
const atLeast = binary(0x4f)
const add = binary(0x6a)
const subtract = binary(0x6b)
const and = binary(0x71)
const or = binary(0x72)
const shiftLeft = binary(0x74)
const shiftRight = binary(0x76)
/** Loads and stores give their alignment (none) and an offset. */
const load8 = (address: Code): Code => [...address, 0x2d, 0, 0]
const load16 = (address: Code): Code => [...address, 0x2f, 0, 0]
const load32 = (address: Code): Code => [...address, 0x28, 0, 0]
const copy8Bytes = (to: Code, from: Code, offset: number): Code => [...to, ...from, 0x29, 0, offset, 0x37, 0, offset]
const copyBytes = (to: Code, from: Code, count: Code): Code => [...to, ...from, ...count, 0xfc, 0x0a, 0, 0]
const block = (...body: Code[]): Code => [0x02, EMPTY, ...body.flat(), END]
const loop = (...body: Code[]): Code => [0x03, EMPTY, ...body.flat(), END]
const when = (condition: Code, ...body: Code[]): Code => [...condition, 0x04, EMPTY, ...body.flat(), END]
const either = (condition: Code, first: readonly Code[], second: readonly Code[]): Code => [
  ...condition,
  0x04,
  EMPTY,
  ...first.flat(),
  0x05,
  ...second.flat(),
  END,
]
/** Goes to the end of the block, or the start of the loop, that is so many levels out. */
const branch = (levels: number): Code => [0x0c, levels]
const branchIf = (levels: number, condition: Code): Code => [...condition, 0x0d, levels]
const fail = (reason: number): Code => [...constant(reason), 0x0f]

/** Reasons, by number. */
export const SNAPPY_DAMAGE: readonly string[] = [
  '',
  'Snappy data ends in a literal',
  'a Snappy literal is too long',
  'Snappy data ends in a copy',
  'a Snappy copy leaves the data',
  'Snappy data ends before its output is full',
]

const FROM = 0
const STOP_READING = 1
const TO = 2
const STOP = 3
const TAG = 4
const COUNT = 5
const DISTANCE = 6
const BASE = 7
const SOURCE = 8
const COPY_END = 9
const LOCALS = 6

const from = get(FROM)
const to = get(TO)
const tag = get(TAG)
const count = get(COUNT)
const distance = get(DISTANCE)
const source = get(SOURCE)
const advance = (local: number, by: Code): Code => set(local, add(get(local), by))

/** Lengths of more than 60 bytes stand in the 1 to 4 bytes behind the tag, whose number the tag tells. */
const longLiteralLength: Code = [
  ...set(DISTANCE, subtract(count, constant(60))),
  ...when(greater(distance, subtract(get(STOP_READING), from)), fail(1)),
  ...set(COUNT, add(and(load32(from), shiftRight(constant(-1), subtract(constant(32), shiftLeft(distance, constant(3))))), constant(1))),
  ...advance(FROM, distance),
]

const LONG_LITERAL = 64

const literal: Code = [
  ...set(COUNT, add(shiftRight(tag, constant(2)), constant(1))),
  ...when(greater(count, constant(60)), longLiteralLength),
  ...when(greater(count, subtract(get(STOP_READING), from)), fail(1)),
  ...when(greater(count, subtract(get(STOP), to)), fail(2)),
  ...either(
    greater(count, constant(LONG_LITERAL)),
    [copyBytes(to, from, count), advance(TO, count), advance(FROM, count)],
    [
      copy8Bytes(to, from, 0),
      copy8Bytes(to, from, 8),
      set(SOURCE, from),
      set(COPY_END, add(to, count)),
      block(
        branchIf(0, less(count, constant(17))),
        loop(
          advance(SOURCE, constant(16)),
          advance(TO, constant(16)),
          copy8Bytes(to, source, 0),
          copy8Bytes(to, source, 8),
          branchIf(0, less(add(to, constant(16)), get(COPY_END))),
        ),
      ),
      set(TO, get(COPY_END)),
      advance(FROM, count),
    ],
  ),
]

const copyLength: Code = either(
  equal(and(tag, constant(3)), constant(1)),
  [
    set(COUNT, add(and(shiftRight(tag, constant(2)), constant(7)), constant(4))),
    set(DISTANCE, or(shiftLeft(shiftRight(tag, constant(5)), constant(8)), load8(from))),
    advance(FROM, constant(1)),
  ],
  [
    set(COUNT, add(shiftRight(tag, constant(2)), constant(1))),
    either(
      equal(and(tag, constant(3)), constant(2)),
      [set(DISTANCE, load16(from)), advance(FROM, constant(2))],
      [set(DISTANCE, load32(from)), advance(FROM, constant(4))],
    ),
  ],
)

/**
 * Copies 8 bytes at a time. A copy that overlaps itself within 8 bytes repeats a pattern: every step of its first part
 * doubles how far the pattern reaches, until whole words can follow.
 */
const copy: Code = [
  ...copyLength,
  ...when(greater(from, get(STOP_READING)), fail(3)),
  // Less one, so that a distance of 0 is too large as well.
  ...when(atLeast(subtract(distance, constant(1)), subtract(to, get(BASE))), fail(4)),
  ...when(greater(count, subtract(get(STOP), to)), fail(4)),
  ...set(SOURCE, subtract(to, distance)),
  ...set(COPY_END, add(to, count)),
  ...block(
    loop(
      branchIf(1, atLeast(subtract(to, source), constant(8))),
      copy8Bytes(to, source, 0),
      set(TO, add(to, subtract(to, source))),
      branchIf(0, less(to, get(COPY_END))),
    ),
  ),
  ...block(
    branchIf(0, atLeast(to, get(COPY_END))),
    loop(
      copy8Bytes(to, source, 0),
      advance(SOURCE, constant(8)),
      advance(TO, constant(8)),
      branchIf(0, less(to, get(COPY_END))),
    ),
  ),
  ...set(TO, get(COPY_END)),
]

const body: Code = [
  ...set(BASE, to),
  ...block(
    loop(
      branchIf(1, atLeast(from, get(STOP_READING))),
      set(TAG, load8(from)),
      advance(FROM, constant(1)),
      either(equal(and(tag, constant(3)), constant(0)), [literal], [copy]),
      branch(0),
    ),
  ),
  ...when(less(to, get(STOP)), fail(5)),
  ...constant(0),
]

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content]
}

function name(text: string): Code {
  return [text.length, ...Buffer.from(text)]
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const code = [1, LOCALS, I32, ...body, END]
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, 4, I32, I32, I32, I32, 1, I32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('uncompress'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ])
}

/** The part of the WebAssembly API that is used: the libraries that TypeScript is given for Node do not declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

export interface SnappyModule {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  readonly uncompress: (from: number, end: number, to: number, stop: number) => number
}

/** A new instance, with a memory of its own. */
export function instantiateSnappy(): SnappyModule {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()))
  return exports as SnappyModule
}
