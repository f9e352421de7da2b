import { describe, expect, it } from 'vitest'
import { tokenize } from './tokenizer.js'

function brief(text: string): string[] {
  return tokenize(text)
    .filter((token) => token.kind !== 'end')
    .map((token) => `${token.kind} ${token.kind === 'word' || token.kind === 'symbol' ? token.text : token.value}`)
}

describe('tokenize', () => {
  it('keeps every character of the text in a token or a blank between two', () => {
    const text = "SELECT \"a b\", 'x''y' -- end\n/* c /* d */ */ FROM t WHERE a->>'k' != .5e-3;"
    let covered = ''
    let last = 0
    for (const token of tokenize(text)) {
      expect(text.slice(last, token.start).trim()).toBe('')
      covered += text.slice(token.start, token.end)
      last = token.end
    }
    expect(covered.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
  })

  it.each([
    [
      '1 1. .5 1.5e10 1E-3 1_000.5_5 0xFf 0b10 0o7',
      ['number 1', 'number 1.', 'number .5', 'number 1.5e10', 'number 1E-3', 'number 1000.55', 'number 0xFf', 'number 0b10', 'number 0o7'],
    ],
    ['1abc', ['error invalid number "1abc"']],
    ['1__0', ['error invalid number "1__0"']],
    [
      'a.b[1:2]::int',
      ['word A', 'symbol .', 'word B', 'symbol [', 'number 1', 'symbol :', 'number 2', 'symbol ]', 'symbol ::', 'word INT'],
    ],
    [
      'a->b ->>c <=> <-> !~* ~~*',
      ['word A', 'symbol ->', 'word B', 'symbol ->>', 'word C', 'symbol <=>', 'symbol <->', 'symbol !~*', 'symbol ~~*'],
    ],
    ['? ?2 $3 $name $$a$b$$ $t$x$$y$t$', ['parameter ', 'parameter 2', 'parameter 3', 'parameter name', 'string a$b', 'string x$$y']],
    [
      "'a''b' E'\\n\\t\\'\\x41\\101\\u00e9\\U0001F600' U&'\\0041\\+0000e9z\\\\' N'x'",
      ["string a'b", "string \n\t'AAé😀", 'string Aéz\\', 'string x'],
    ],
    ["'a'\n  'b'\n'c'", ['string abc']],
    ["'a' 'b'", ['string a', 'string b']],
    ["X'00fF' x''", ['blob 00ff', 'blob ']],
    ["x'0'", ['error a blob literal takes pairs of hexadecimal digits']],
    ['"a""b" `c``d` U&"\\00e9"', ['quoted a"b', 'quoted c`d', 'quoted é']],
    ['""', ['error a quoted name cannot be empty']],
    ["'abc", ['error unterminated string']],
    ["E'a\\", ['error unterminated string']],
    ["E'\\u00' a", ['error invalid escape sequence in a string', 'word A']],
    ['"abc', ['error unterminated quoted name']],
    ['$$abc', ['error unterminated string']],
    ['a /* b /* c */', ['word A', 'error unterminated comment']],
    ['a -- b', ['word A', 'comment -- b']],
    ['größe ı 名前', ['word ', 'word ', 'word ']],
    ['a\u00a0b\ufeffc\u3000d', ['word A', 'word B', 'word C', 'word D']],
    ['a \\ b', ['word A', 'error unexpected character "\\\\"', 'word B']],
    ['😀', ['word ']],
    ['', []],
  ])('%j', (text, tokens) => {
    expect(brief(text)).toEqual(tokens)
  })

  it('never takes a quoted name or a word of other letters for a keyword', () => {
    expect(tokenize('"SELECT" ıs').map((token) => token.text)).toEqual(['', '', ''])
  })
})
