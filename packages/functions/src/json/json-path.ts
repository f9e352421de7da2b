/**
 * Paths into JSON: `$.a.b[0]` (JSONPath), `/a/b/0` (JSON Pointer, RFC 6901), a plain key, or an index. Indices count from 0,
 * negative ones and `#-1` from the end; `*` stands for every element or member.
 */

import { BindError } from '@artemis/errors'
import type { JsonRange } from './json-scan.js'
import { decodeString, elements, members } from './json-scan.js'

export type PathStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  /** A pointer's number: an index of an array, a key of an object. */
  | { readonly kind: 'pointer'; readonly key: string }
  | { readonly kind: 'every'; readonly of: 'elements' | 'members' }

export type JsonPath = readonly PathStep[]

/** Whether a path can lead to several places. */
export function isWild(path: JsonPath): boolean {
  return path.some((step) => step.kind === 'every')
}

const CACHE_SIZE = 256
const cache = new Map<string, JsonPath>()

export function parsePath(text: string): JsonPath {
  const known = cache.get(text)
  if (known !== undefined) return known
  const made = text.startsWith('$') ? parseJsonPath(text) : text.startsWith('/') ? parsePointer(text) : text === '' ? [] : [keyStep(text)]
  if (cache.size >= CACHE_SIZE) cache.clear()
  cache.set(text, made)
  return made
}

function keyStep(key: string): PathStep {
  return { kind: 'key', key }
}

function parsePointer(text: string): JsonPath {
  return text
    .slice(1)
    .split('/')
    .map((part): PathStep => ({ kind: 'pointer', key: part.replaceAll('~1', '/').replaceAll('~0', '~') }))
}

const STEP = /\.(?:"((?:[^"\\]|\\.)*)"|(\*)|([^.[\]"*]+))|\[(?:(\*)|(#?-?\d+)|"((?:[^"\\]|\\.)*)")\]/y

function parseJsonPath(text: string): JsonPath {
  const steps: PathStep[] = []
  STEP.lastIndex = 1
  for (let at = 1; at < text.length; at = STEP.lastIndex) {
    const match = STEP.exec(text)
    if (match === null) {
      throw new BindError({
        code: 'INVALID_JSON_PATH',
        message: `the JSON path '${text}' cannot be read from character ${at + 1} on`,
        hint: 'Paths look like $.key[0].',
      })
    }
    const [, quoted, anyMember, plain, anyElement, index, bracketed] = match
    const key = plain ?? quoted ?? bracketed
    if (key !== undefined) steps.push(keyStep(plain ?? key.replace(/\\(.)/g, '$1')))
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index.replace('#', '')) })
    else steps.push({ kind: 'every', of: anyMember === undefined && anyElement !== undefined ? 'elements' : 'members' })
  }
  return steps
}

/** All places that a path leads to; at most one unless it is wild. */
export function findAll(text: string, root: JsonRange, path: JsonPath): JsonRange[] {
  let places: JsonRange[] = [root]
  for (const step of path) {
    if (places.length === 0) return places
    places = places.flatMap((place) => follow(text, place, step))
  }
  return places
}

export function findOne(text: string, root: JsonRange, path: JsonPath): JsonRange | undefined {
  return findAll(text, root, path)[0]
}

function follow(text: string, place: JsonRange, step: PathStep): JsonRange[] {
  const character = text[place.start]
  switch (step.kind) {
    case 'key':
      return character === '{' ? memberOf(text, place, step.key) : []
    case 'index':
      return character === '[' ? elementOf(text, place, step.index) : []
    case 'pointer':
      if (character === '{') return memberOf(text, place, step.key)
      return character === '[' && /^\d+$/.test(step.key) ? elementOf(text, place, Number(step.key)) : []
    case 'every': {
      if (step.of === 'elements') return character === '[' ? [...elements(text, place.start)].filter((element) => element.close < 0) : []
      return character === '{' ? [...members(text, place.start)].filter((member) => member.close < 0) : []
    }
  }
}

/** The first member of the name: a key that is written twice counts once. */
function memberOf(text: string, place: JsonRange, key: string): JsonRange[] {
  for (const member of members(text, place.start)) if (member.close < 0 && decodeString(member.key) === key) return [member]
  return []
}

function elementOf(text: string, place: JsonRange, index: number): JsonRange[] {
  if (index < 0) {
    const all = [...elements(text, place.start)].filter((element) => element.close < 0)
    const found = all[all.length + index]
    return found === undefined ? [] : [found]
  }
  let at = 0
  for (const element of elements(text, place.start)) if (element.close < 0 && at++ === index) return [element]
  return []
}
