/**
 * Shortens the bounds of long strings and byte arrays, so that manifests stay small (Java: `truncate(16)` metrics). A
 * lower bound may simply be cut. A cut upper bound would lie below values that it must cover, so its last character is
 * raised; where nothing can be raised the bound is left out.
 */

/** The first `width` code points. */
export function truncateStringLower(text: string, width: number): string {
  const end = endOfCodePoints(text, width)
  return end === text.length ? text : text.slice(0, end)
}

/** The smallest string of at most `width` code points that is no less than `text`, or undefined when there is none. */
export function truncateStringUpper(text: string, width: number): string | undefined {
  const end = endOfCodePoints(text, width)
  if (end === text.length) return text
  const points = Array.from(text.slice(0, end), (character) => character.codePointAt(0)!)
  for (let i = points.length - 1; i >= 0; i--) {
    const raised = nextCodePoint(points[i]!)
    if (raised !== undefined) return String.fromCodePoint(...points.slice(0, i), raised)
  }
  return undefined
}

/** The first `width` bytes. */
export function truncateBytesLower(bytes: Uint8Array, width: number): Uint8Array {
  return bytes.length <= width ? bytes : bytes.slice(0, width)
}

/** The smallest array of at most `width` bytes that is no less than `bytes`, or undefined when there is none. */
export function truncateBytesUpper(bytes: Uint8Array, width: number): Uint8Array | undefined {
  if (bytes.length <= width) return bytes
  for (let i = width - 1; i >= 0; i--) {
    if (bytes[i] === 0xff) continue
    const raised = bytes.slice(0, i + 1)
    raised[i]!++
    return raised
  }
  return undefined
}

/** The index in UTF-16 units just after the first `count` code points. */
export function endOfCodePoints(text: string, count: number): number {
  if (text.length <= count) return text.length
  let at = 0
  for (let i = 0; i < count && at < text.length; i++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return at
}

/** The next code point that UTF-8 can hold: surrogates are skipped, and nothing follows U+10FFFF. */
function nextCodePoint(point: number): number | undefined {
  if (point === 0x10ffff) return undefined
  return point === 0xd7ff ? 0xe000 : point + 1
}
