/** Text by characters (Unicode code points), which JavaScript counts as one or two code units. */

const SURROGATE = /[\ud800-\udbff]/

/** Whether every character is one code unit. */
export function isBasic(text: string): boolean {
  return !SURROGATE.test(text)
}

/** The number of characters. */
export function characterCount(text: string): number {
  if (isBasic(text)) return text.length
  let count = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit <= 0xdbff) count--
  }
  return count
}

/** Characters `[start, end)`. */
export function characterSlice(text: string, start: number, end: number): string {
  if (isBasic(text)) return text.substring(start, end)
  const from = unitIndex(text, 0, start)
  return text.substring(from, unitIndex(text, from, end - start))
}

/** The code unit at which the character lies that is `count` characters after unit `from`. */
function unitIndex(text: string, from: number, count: number): number {
  let unit = from
  for (let i = 0; i < count && unit < text.length; i++) unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1
  return unit
}
