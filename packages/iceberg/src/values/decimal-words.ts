/** Arrow's decimals: 16 bytes of little-endian two's complement. */

/** Decimal `index` of a buffer of 16-byte values. */
export function readDecimalWords(values: Uint8Array, index: number): bigint {
  const view = new DataView(values.buffer, values.byteOffset + index * 16, 16)
  return (view.getBigInt64(8, true) << 64n) | view.getBigUint64(0, true)
}

export function encodeDecimalWords(value: bigint): Uint8Array {
  const bytes = new Uint8Array(16)
  writeDecimalWords(bytes, 0, value)
  return bytes
}

export function writeDecimalWords(values: Uint8Array, index: number, value: bigint): void {
  const view = new DataView(values.buffer, values.byteOffset + index * 16, 16)
  view.setBigUint64(0, BigInt.asUintN(64, value), true)
  view.setBigInt64(8, value >> 64n, true)
}
