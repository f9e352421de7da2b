import type { ScalarFunctionDefinition } from '@artemis/plan'
import { glob } from './glob.js'
import { ilike, likeFunction, notIlike, notLike } from './like.js'
import {
  notTilde,
  notTildeStar,
  regexpEscape,
  regexpExtract,
  regexpExtractAll,
  regexpFullMatch,
  regexpMatches,
  regexpReplace,
  regexpSplit,
  tilde,
  tildeStar,
} from './regexp.js'

export const patternDefinitions: readonly ScalarFunctionDefinition[] = [
  likeFunction,
  notLike,
  ilike,
  notIlike,
  glob,
  regexpMatches,
  regexpFullMatch,
  tilde,
  notTilde,
  tildeStar,
  notTildeStar,
  regexpReplace,
  regexpExtract,
  regexpExtractAll,
  regexpSplit,
  regexpEscape,
]
