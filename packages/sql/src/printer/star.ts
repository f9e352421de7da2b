import type { Columns, Star } from '../ast/index.js'
import { Precedence } from '../parser/precedence.js'
import type { Printers } from './context.js'
import { printIdentifier, printName } from './name.js'

export function printStar(printers: Printers, star: Star): string {
  const parts = [star.qualifier === undefined ? '*' : `${printName(star.qualifier)}.*`]
  if (star.exclude.length > 0) parts.push(`EXCLUDE (${star.exclude.map(printName).join(', ')})`)
  if (star.replace.length > 0) {
    const items = star.replace.map((item) => `${printers.expression(item.expression, Precedence.lowest)} AS ${printIdentifier(item.name)}`)
    parts.push(`REPLACE (${items.join(', ')})`)
  }
  if (star.rename.length > 0)
    parts.push(`RENAME (${star.rename.map((item) => `${printName(item.from)} AS ${printIdentifier(item.to)}`).join(', ')})`)
  if (star.filter !== undefined) {
    const word = star.filter.operator === 'similar' ? 'SIMILAR TO' : star.filter.operator.toUpperCase()
    parts.push(`${star.filter.negated ? 'NOT ' : ''}${word} ${printers.expression(star.filter.pattern, Precedence.other)}`)
  }
  return parts.join(' ')
}

export function printColumns(printers: Printers, columns: Columns): string {
  return `${columns.unpacked ? '*' : ''}COLUMNS(${printers.expression(columns.selection, Precedence.lowest)})`
}
