/** Characters and their codes; bytes as hexadecimal, binary and base64 text. */

import type { DataType } from '@artemis/arrow'
import { binary, int32, int64, uint64, utf8 } from '@artemis/arrow'
import { isInteger } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { overload, resolvingFunction, scalarFunction } from '../definition/scalar.js'
import { castFailed, invalidInput } from '../kernel/errors.js'
import type { Kernel } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { bigIntsOf, doublesOf } from '../kernel/primitive-columns.js'
import { binaryResult, numberResult, textResult } from '../kernel/results.js'
import type { ByteColumn } from '../kernel/text-columns.js'
import { byteColumn, TextColumn } from '../kernel/text-columns.js'

const codeKernel =
  (empty: number): Kernel =>
  (input) => {
    const text = new TextColumn(argument(input, 0))
    return numberResult(input, int32, (row) => text.at(row).codePointAt(0) ?? empty)
  }

export const ascii = scalarFunction({
  name: 'ascii',
  category: 'text',
  description: 'The code point of the first character; 0 of the empty text.',
  example: "ascii('Ω')",
  result: '937',
  overloads: [overload({ text: utf8 }, int32, codeKernel(0))],
})

export const unicode = scalarFunction({
  name: 'unicode',
  aliases: ['ord'],
  category: 'text',
  description: 'The code point of the first character; -1 of the empty text.',
  example: "unicode('ü')",
  result: '252',
  overloads: [overload({ text: utf8 }, int32, codeKernel(-1))],
})

export const chr = scalarFunction({
  name: 'chr',
  aliases: ['char'],
  category: 'text',
  description: 'The character of a code point.',
  example: 'chr(65)',
  result: 'A',
  canThrow: true,
  overloads: [
    overload({ code: int32 }, utf8, (input) => {
      const codes = doublesOf(argument(input, 0), input.rowCount)
      return textResult(input, (row) => {
        const code = codes[row]!
        if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw invalidInput(`${code} is no Unicode code point`)
        return String.fromCodePoint(code)
      })
    }),
  ],
})

function bytesAt(column: ByteColumn, row: number): Buffer {
  return column.data.subarray(column.offsets[row * column.stride]!, column.offsets[row * column.stride + 1]!)
}

/** Text of the bytes of a text or blob. */
function bytesToText(convert: (bytes: Buffer) => string): Kernel {
  return (input) => {
    const column = byteColumn(argument(input, 0))
    return textResult(input, (row) => convert(bytesAt(column, row)))
  }
}

/** Text of an integer in two's complement of 64 bits. */
function integerToText(radix: number, upper: boolean): Kernel {
  return (input) => {
    const values = bigIntsOf(argument(input, 0), input.rowCount)
    return textResult(input, (row) => {
      const text = BigInt.asUintN(64, values[row]!).toString(radix)
      return upper ? text.toUpperCase() : text
    })
  }
}

function resolveDigits(type: DataType | undefined, count: number, ofBytes: (bytes: Buffer) => string, radix: number): Resolved | undefined {
  if (type === undefined || count !== 1) return undefined
  if (isInteger(type)) {
    const wide = type.kind === 'uint64' ? uint64 : int64
    return { argumentTypes: [wide], returnType: utf8, kernel: integerToText(radix, true) }
  }
  const accepted = type.kind === 'null' ? utf8 : type.kind === 'fixed_size_binary' ? binary : type
  if (accepted.kind !== 'utf8' && accepted.kind !== 'binary') return undefined
  return { argumentTypes: [accepted], returnType: utf8, kernel: bytesToText(ofBytes) }
}

export const hex = resolvingFunction({
  name: 'hex',
  aliases: ['to_hex'],
  category: 'text',
  description: 'The bytes of a text or blob, or an integer, in hexadecimal.',
  example: 'hex(42)',
  result: '2A',
  signatures: ['hex(text VARCHAR) -> VARCHAR', 'hex(bytes BLOB) -> VARCHAR', 'hex(number BIGINT) -> VARCHAR'],
  resolve: (types) => resolveDigits(types[0], types.length, (bytes) => bytes.toString('hex').toUpperCase(), 16),
})

export const bin = resolvingFunction({
  name: 'bin',
  aliases: ['to_binary'],
  category: 'text',
  description: 'The bytes of a text or blob, or an integer, in binary.',
  example: 'bin(42)',
  result: '101010',
  signatures: ['bin(text VARCHAR) -> VARCHAR', 'bin(number BIGINT) -> VARCHAR'],
  resolve: (types) =>
    resolveDigits(types[0], types.length, (bytes) => Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join(''), 2),
})

/** Bytes of the text of each row. */
function textToBytes(convert: (text: string) => Uint8Array): Kernel {
  return (input) => {
    const text = new TextColumn(argument(input, 0))
    return binaryResult(input, binary, (row) => convert(text.at(row)))
  }
}

export const unhex = scalarFunction({
  name: 'unhex',
  aliases: ['from_hex'],
  category: 'text',
  description: 'The bytes of hexadecimal digits.',
  example: "unhex('2A')",
  result: '*',
  canThrow: true,
  overloads: [
    overload(
      { text: utf8 },
      binary,
      textToBytes((text) => {
        if (!/^[0-9a-f]*$/i.test(text)) throw invalidInput(`'${text}' is no hexadecimal text`)
        return Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex')
      }),
    ),
  ],
})

export const unbin = scalarFunction({
  name: 'unbin',
  aliases: ['from_binary'],
  category: 'text',
  description: 'The bytes of binary digits.',
  example: "unbin('01100001')",
  result: 'a',
  canThrow: true,
  overloads: [
    overload(
      { text: utf8 },
      binary,
      textToBytes((text) => {
        if (!/^[01]*$/.test(text)) throw invalidInput(`'${text}' is no binary text`)
        const padded = text.padStart(Math.ceil(text.length / 8) * 8, '0')
        return Uint8Array.from({ length: padded.length / 8 }, (_, i) => Number.parseInt(padded.slice(8 * i, 8 * i + 8), 2))
      }),
    ),
  ],
})

const base64Kernel = bytesToText((bytes) => bytes.toString('base64'))

export const base64 = scalarFunction({
  name: 'to_base64',
  aliases: ['base64'],
  category: 'text',
  description: 'Bytes as base64 text.',
  example: "to_base64('A')",
  result: 'QQ==',
  overloads: [overload({ bytes: binary }, utf8, base64Kernel), overload({ text: utf8 }, utf8, base64Kernel)],
})

export const fromBase64 = scalarFunction({
  name: 'from_base64',
  category: 'text',
  description: 'The bytes of base64 text.',
  example: "from_base64('QQ==')",
  result: 'A',
  canThrow: true,
  overloads: [
    overload(
      { text: utf8 },
      binary,
      textToBytes((text) => {
        if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw castFailed(`'${text}' is no base64 text`)
        return Buffer.from(text, 'base64')
      }),
    ),
  ],
})

export const encode = scalarFunction({
  name: 'encode',
  category: 'text',
  description: 'The bytes of a text in UTF-8.',
  example: "encode('é')",
  result: '\\xC3\\xA9',
  overloads: [
    overload(
      { text: utf8 },
      binary,
      textToBytes((text) => Buffer.from(text, 'utf8')),
    ),
  ],
})

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const decode = scalarFunction({
  name: 'decode',
  category: 'text',
  description: 'The text that bytes hold in UTF-8. Fails for other bytes.',
  example: "decode('\\xC3\\xA9'::BLOB)",
  result: 'é',
  canThrow: true,
  overloads: [
    overload(
      { bytes: binary },
      utf8,
      bytesToText((bytes) => {
        try {
          return decoder.decode(bytes)
        } catch {
          throw castFailed('the bytes are no UTF-8 text')
        }
      }),
    ),
  ],
})

export const urlEncode = scalarFunction({
  name: 'url_encode',
  category: 'text',
  description: 'Escapes all but letters, digits and -_.~ for a URL.',
  example: "url_encode('a b/c')",
  result: 'a%20b%2Fc',
  overloads: [
    overload({ text: utf8 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      return textResult(input, (row) =>
        encodeURIComponent(text.at(row)).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`),
      )
    }),
  ],
})

export const urlDecode = scalarFunction({
  name: 'url_decode',
  category: 'text',
  description: 'Undoes the escapes of a URL.',
  example: "url_decode('a%20b')",
  result: 'a b',
  canThrow: true,
  overloads: [
    overload({ text: utf8 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      return textResult(input, (row) => {
        try {
          return decodeURIComponent(text.at(row).replace(/%(?![0-9a-fA-F]{2})/g, '%25'))
        } catch {
          throw invalidInput(`'${text.at(row)}' holds escapes that are no UTF-8 text`)
        }
      })
    }),
  ],
})
