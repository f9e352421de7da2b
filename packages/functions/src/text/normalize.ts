/** Unicode normal forms and accents. */

import { utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import { argument } from '../kernel/input.js'
import { textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'

function normalising(
  name: string,
  documentation: { description: string; example: string; result: string },
  convert: (text: string) => string,
): ScalarFunctionDefinition {
  return scalarFunction({
    name,
    category: 'text',
    ...documentation,
    overloads: [
      overload({ text: utf8 }, utf8, (input) => {
        const text = new TextColumn(argument(input, 0))
        // ASCII has neither accents nor other forms.
        if (text.ascii) return textResult(input, (row) => text.at(row))
        return textResult(input, (row) => convert(text.at(row)))
      }),
    ],
  })
}

export const nfcNormalize = normalising(
  'nfc_normalize',
  {
    description: 'The text in Unicode’s composed normal form (NFC), so that equal texts compare equal.',
    example: "nfc_normalize('e' || chr(769)) = 'é'",
    result: 'true',
  },
  (text) => text.normalize('NFC'),
)

export const stripAccents = normalising(
  'strip_accents',
  { description: 'The text without accents.', example: "strip_accents('mühleisen')", result: 'muhleisen' },
  (text) =>
    text
      .normalize('NFD')
      .replace(/\p{Mn}/gu, '')
      .normalize('NFC'),
)
