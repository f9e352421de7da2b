/** XXH64 with seed 0 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), as Parquet's bloom filters use it. */

const PRIME1 = 0x9e3779b185ebca87n
const PRIME2 = 0xc2b2ae3d27d4eb4fn
const PRIME3 = 0x165667b19e3779f9n
const PRIME4 = 0x85ebca77c2b2ae63n
const PRIME5 = 0x27d4eb2f165667c5n

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value)
const rotate = (value: bigint, bits: bigint): bigint => wrap(value << bits) | (value >> (64n - bits))
const round = (accumulator: bigint, lane: bigint): bigint => wrap(rotate(wrap(accumulator + lane * PRIME2), 31n) * PRIME1)
const merge = (hash: bigint, accumulator: bigint): bigint => wrap((hash ^ round(0n, accumulator)) * PRIME1 + PRIME4)

export function xxhash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let position = 0
  let hash = PRIME5
  if (bytes.length >= 32) {
    const lanes = [wrap(PRIME1 + PRIME2), PRIME2, 0n, wrap(-PRIME1)]
    for (; position + 32 <= bytes.length; position += 32) {
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane]!, view.getBigUint64(position + 8 * lane, true))
    }
    const [a, b, c, d] = lanes as [bigint, bigint, bigint, bigint]
    hash = wrap(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n))
    for (const lane of lanes) hash = merge(hash, lane)
  }
  hash = wrap(hash + BigInt(bytes.length))
  for (; position + 8 <= bytes.length; position += 8) {
    hash = wrap(rotate(hash ^ round(0n, view.getBigUint64(position, true)), 27n) * PRIME1 + PRIME4)
  }
  if (position + 4 <= bytes.length) {
    hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint32(position, true)) * PRIME1), 23n) * PRIME2 + PRIME3)
    position += 4
  }
  for (; position < bytes.length; position++) {
    hash = wrap(rotate(hash ^ wrap(BigInt(bytes[position]!) * PRIME5), 11n) * PRIME1)
  }
  hash = wrap((hash ^ (hash >> 33n)) * PRIME2)
  hash = wrap((hash ^ (hash >> 29n)) * PRIME3)
  return hash ^ (hash >> 32n)
}
