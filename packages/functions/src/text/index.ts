import type { ScalarFunctionDefinition } from '@artemis/plan'
import { initcap, lower, upper } from './case.js'
import { ascii, base64, bin, chr, decode, encode, fromBase64, hex, unbin, unhex, unicode, urlDecode, urlEncode } from './codes.js'
import { concat, concatWithSeparator, joinOperator } from './concat.js'
import { md5, sha1, sha256 } from './digest.js'
import { format, formatBytes, formatDecimalBytes, printf } from './format.js'
import { bitLength, graphemeLength, length, strlen } from './length.js'
import { nfcNormalize, stripAccents } from './normalize.js'
import { lpad, repeat, rpad } from './padding.js'
import { replace, reverse, translate } from './replace.js'
import { contains, endsWith, position, startsWith } from './search.js'
import { damerauLevenshtein, hamming, jaccard, jaroSimilarity, jaroWinklerSimilarity, levenshtein } from './similarity.js'
import { split, splitPart } from './split.js'
import { left, overlay, right, substring } from './substring.js'
import { ltrim, rtrim, trim } from './trim.js'

export const textDefinitions: readonly ScalarFunctionDefinition[] = [
  length,
  strlen,
  bitLength,
  graphemeLength,
  upper,
  lower,
  initcap,
  trim,
  ltrim,
  rtrim,
  substring,
  left,
  right,
  overlay,
  lpad,
  rpad,
  repeat,
  joinOperator,
  concat,
  concatWithSeparator,
  position,
  contains,
  startsWith,
  endsWith,
  replace,
  translate,
  reverse,
  split,
  splitPart,
  ascii,
  unicode,
  chr,
  hex,
  unhex,
  bin,
  unbin,
  base64,
  fromBase64,
  encode,
  decode,
  urlEncode,
  urlDecode,
  md5,
  sha1,
  sha256,
  levenshtein,
  damerauLevenshtein,
  hamming,
  jaccard,
  jaroSimilarity,
  jaroWinklerSimilarity,
  nfcNormalize,
  stripAccents,
  format,
  printf,
  formatBytes,
  formatDecimalBytes,
]
