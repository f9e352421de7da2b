/** Arrow's decimals: 16 bytes of little-endian two's complement. `decimalFromBytes` of `@artemis/arrow` reads them. */

/** Writes decimal `index` of a buffer of 16-byte values. */
export function writeDecimalWords(values: Uint8Array, index: number, value: bigint): void {
  const view = new DataView(values.buffer, values.byteOffset + index * 16, 16)
  view.setBigUint64(0, BigInt.asUintN(64, value), true)
  view.setBigInt64(8, value >> 64n, true)
}
