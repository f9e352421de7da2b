import { bytesVector, decimal, dictionaryVector, fixedVector, utf8 } from '@artemis/arrow'

/** Text values one after another, as a plain vector. */
export function textVector(values, validity) {
  const encoded = Buffer.from(values.join(''))
  const offsets = new Int32Array(values.length + 1)
  values.forEach((value, i) => (offsets[i + 1] = offsets[i] + Buffer.byteLength(value)))
  return bytesVector(utf8, offsets, Uint8Array.from(encoded), validity === undefined ? undefined : { validity })
}

export function codedText(codes, values) {
  return dictionaryVector(codes, textVector(values))
}

/** Non-negative unscaled values below 2^53 as decimals. */
export function decimalVector(unscaled, precision, scale) {
  const words = new Uint32Array(unscaled.length * 4)
  for (let i = 0; i < unscaled.length; i++) {
    words[4 * i] = unscaled[i] >>> 0
    words[4 * i + 1] = Math.floor(unscaled[i] / 4294967296)
  }
  return fixedVector(decimal(precision, scale), unscaled.length, new Uint8Array(words.buffer))
}
