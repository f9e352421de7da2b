/** Digests of texts and blobs, in hexadecimal. */

import { createHash } from 'node:crypto'
import { binary, utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import type { Kernel } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { textResult } from '../kernel/results.js'
import { byteColumn } from '../kernel/text-columns.js'

function digest(name: string, title: string, result: string): ScalarFunctionDefinition {
  const kernel: Kernel = (input) => {
    const { offsets, data, stride } = byteColumn(argument(input, 0))
    return textResult(input, (row) =>
      createHash(name)
        .update(data.subarray(offsets[row * stride]!, offsets[row * stride + 1]!))
        .digest('hex'),
    )
  }
  return scalarFunction({
    name,
    category: 'text',
    description: `The ${title} digest of a text or blob, in hexadecimal.`,
    example: `${name}('abc')`,
    result,
    overloads: [overload({ text: utf8 }, utf8, kernel), overload({ bytes: binary }, utf8, kernel)],
  })
}

export const md5 = digest('md5', 'MD5', '900150983cd24fb0d6963f7d28e17f72')
export const sha1 = digest('sha1', 'SHA-1', 'a9993e364706816aba3e25717850c26c9cd0d89d')
export const sha256 = digest('sha256', 'SHA-256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
