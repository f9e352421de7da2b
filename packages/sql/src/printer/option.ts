import type { Identifier, Option } from '../ast/index.js'
import { Precedence } from '../parser/precedence.js'
import type { Printers } from './context.js'
import { printIdentifier, quoteString } from './name.js'

export function printOptions(printers: Printers, options: readonly Option[]): string {
  const items = options.map(
    ({ name, value }) => printOptionName(name) + (value === undefined ? '' : ` = ${printers.expression(value, Precedence.lowest)}`),
  )
  return `(${items.join(', ')})`
}

export function printOptionName(name: Identifier): string {
  return name.quoted ? quoteString(name.name) : printIdentifier(name)
}
