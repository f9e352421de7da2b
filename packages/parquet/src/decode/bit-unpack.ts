/**
 * Bit-packed integers, least significant bit first. One unpacker is generated for each bit width: with the shifts and
 * masks as constants it runs several times faster than a loop over bits. The text depends on the width alone.
 */

/** Unpacks `groups` groups of 8 values from `source[from..]` to `target[to..]`. */
export type Unpacker = (source: Uint8Array, from: number, target: Int32Array, to: number, groups: number) => void

const unpackers: (Unpacker | undefined)[] = []

/** `width` is 1 to 32. */
export function unpackerOf(width: number): Unpacker {
  return (unpackers[width] ??= generate(width))
}

function generate(width: number): Unpacker {
  const lines: string[] = []
  for (let i = 0; i < width; i++) lines.push(`const b${i} = source[from + ${i}]`)
  for (let value = 0; value < 8; value++) {
    const bit = value * width
    let byte = bit >> 3
    let expression = (bit & 7) === 0 ? `b${byte}` : `b${byte} >>> ${bit & 7}`
    let have = 8 - (bit & 7)
    while (have < width) {
      expression += ` | b${++byte} << ${have}`
      have += 8
    }
    if (have > width) expression = `(${expression}) & ${2 ** width - 1}`
    lines.push(`target[to + ${value}] = ${expression}`)
  }
  const body = `for (let k = 0; k < groups; k++) {\n${lines.join('\n')}\nfrom += ${width}; to += 8\n}`
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is made of constants that depend on the width alone
  return new Function('source', 'from', 'target', 'to', 'groups', body) as Unpacker
}
