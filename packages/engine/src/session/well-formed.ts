/**
 * SQL's text is Unicode, JavaScript's strings may hold half of a surrogate pair. It becomes U+FFFD where text enters, as
 * encoding to UTF-8 would make of it later, so that no function ever meets one. Offsets into the text stay as they are.
 */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\uFFFD')
}
