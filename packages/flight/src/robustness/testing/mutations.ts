/** Damage to bytes, decided by a seed: flips, cuts, repeats, wild lengths where lengths stand, and nonsense. */

const WILD = [0xff, 0x7f, 0x80, 0x00, 0xfe]

export function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  let result = Uint8Array.from(bytes)
  const times = 1 + Math.floor(random() * 4)
  for (let i = 0; i < times; i++) result = mutatedOnce(result, random)
  return result
}

function mutatedOnce(bytes: Uint8Array<ArrayBuffer>, random: () => number): Uint8Array<ArrayBuffer> {
  const at = Math.floor(random() * bytes.length)
  switch (Math.floor(random() * 7)) {
    case 0: // One bit.
      if (bytes.length > 0) bytes[at]! ^= 1 << Math.floor(random() * 8)
      return bytes
    case 1: // One byte.
      if (bytes.length > 0) bytes[at] = Math.floor(random() * 256)
      return bytes
    case 2: // The end is missing.
      return bytes.slice(0, at)
    case 3: // A part is there twice.
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at >>> 1)])
    case 4: {
      // Four bytes that are a length or an offset somewhere become as large, or as negative, as can be.
      const place = at & ~3
      for (let i = place; i < Math.min(place + 4, bytes.length); i++) bytes[i] = WILD[Math.floor(random() * WILD.length)]!
      return bytes
    }
    case 5: // Eight bytes of the same.
      for (let i = at & ~7; i < Math.min((at & ~7) + 8, bytes.length); i++) bytes[i] = random() < 0.5 ? 0xff : 0x7f
      return bytes
    default: // Nonsense of another length.
      return Uint8Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256))
  }
}
