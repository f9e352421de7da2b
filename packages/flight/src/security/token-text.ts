/**
 * The text of a token: `art_<id>_<secret>`. The id is public: it names the token in lists, in logs and for revoking. The
 * secret has 200 random bits, so one round of SHA-256 keeps it: there is nothing to guess from a dictionary.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const ID_LENGTH = 12
const SECRET_LENGTH = 40
const FORM = new RegExp(`^art_([a-z2-7]{${ID_LENGTH}})_([a-z2-7]{${SECRET_LENGTH}})$`)

export interface TokenParts {
  readonly id: string
  readonly secret: string
}

export function newTokenParts(): TokenParts {
  return { id: randomText(ID_LENGTH), secret: randomText(SECRET_LENGTH) }
}

export function formatToken(parts: TokenParts): string {
  return `art_${parts.id}_${parts.secret}`
}

/** The parts of a whole token, or undefined: lengths are fixed, so a truncated one is known by its form. */
export function parseToken(text: string): TokenParts | undefined {
  const [, id, secret] = FORM.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

/** Whether a text was meant as one of our tokens. */
export function resemblesToken(text: string): boolean {
  return text.startsWith('art_')
}

export function isTokenId(text: string): boolean {
  return new RegExp(`^[a-z2-7]{${ID_LENGTH}}$`).test(text)
}

/** SHA-256 in lower-case hexadecimal: what is stored. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

const NO_HASH = Buffer.alloc(32)

/** Takes the same time whether or not the token exists; `storedHash` is undefined for an unknown id. */
export function secretMatches(secret: string, storedHash: Uint8Array | undefined): boolean {
  const equal = timingSafeEqual(createHash('sha256').update(secret).digest(), storedHash ?? NO_HASH)
  return equal && storedHash !== undefined
}

/** 32 letters: the low five bits of a random byte choose one without bias. */
function randomText(length: number): string {
  let text = ''
  for (const byte of randomBytes(length)) text += ALPHABET[byte & 31]
  return text
}
