/** SQL's LIKE without an escape, as the filters of metadata commands use it: % is any text, _ any one character. Case counts. */

/** Whether a name matches; without a pattern every name does. Takes at most the product of both lengths in steps. */
export function matchesPattern(name: string, pattern: string | undefined): boolean {
  if (pattern === undefined) return true
  const text = Array.from(name)
  const wanted = Array.from(pattern)
  let at = 0
  let place = 0
  let percent = -1
  let resume = 0
  while (at < text.length) {
    if (place < wanted.length && wanted[place] === '%') {
      percent = place++
      resume = at
    } else if (place < wanted.length && (wanted[place] === '_' || wanted[place] === text[at])) {
      place++
      at++
    } else if (percent >= 0) {
      place = percent + 1
      at = ++resume
    } else return false
  }
  return wanted.slice(place).every((character) => character === '%')
}
