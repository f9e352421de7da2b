export interface LikePrefix {
  /** `equal`: no wildcard; `prefix`: only `%` at the end; `prefix_and_more`: further wildcards after the prefix. */
  readonly form: 'equal' | 'prefix' | 'prefix_and_more'
  readonly prefix: string
}

/** The literal text that a LIKE pattern starts with. Undefined for a pattern that ends within an escape. */
export function likePrefix(pattern: string, escape: string): LikePrefix | undefined {
  let prefix = ''
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!
    if (escape !== '' && character === escape) {
      const escaped = pattern[++i]
      if (escaped === undefined) return undefined
      prefix += escaped
    } else if (character === '%' || character === '_') {
      const onlyPercent = /^%+$/.test(pattern.slice(i))
      return { form: onlyPercent ? 'prefix' : 'prefix_and_more', prefix }
    } else {
      prefix += character
    }
  }
  return { form: 'equal', prefix }
}
