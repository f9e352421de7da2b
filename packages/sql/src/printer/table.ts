/** Table references as canonical text. */
import type { Join, Pivot, SelectItem, TableAlias, TableReference, TableSample, TimeTravel, Unpivot } from '../ast/index.js'
import { unreachable } from '@artemis/errors'
import { Precedence } from '../parser/precedence.js'
import { joinWords, printArguments } from './call.js'
import type { Printers } from './context.js'
import { printList } from './expression.js'
import { printIdentifier, printName, printNames, quoteString } from './name.js'

export function printTable(printers: Printers, table: TableReference): string {
  switch (table.kind) {
    case 'named_table':
      return joinWords([
        printName(table.name),
        printTimeTravel(printers, table.timeTravel),
        printAlias(table.alias),
        printTableSample(printers, table.sample),
      ])
    case 'file_table':
      return joinWords([quoteString(table.path), printAlias(table.alias), printTableSample(printers, table.sample)])
    case 'derived_table':
      return joinWords([
        table.lateral ? 'LATERAL' : '',
        `(${printers.query(table.query)})`,
        printAlias(table.alias),
        printTableSample(printers, table.sample),
      ])
    case 'table_function':
      return joinWords([
        table.lateral ? 'LATERAL' : '',
        `${printName(table.name)}(${printArguments(printers, table.arguments)})`,
        table.ordinality ? 'WITH ORDINALITY' : '',
        printTimeTravel(printers, table.timeTravel),
        printAlias(table.alias),
        printTableSample(printers, table.sample),
      ])
    case 'join':
      return printJoin(printers, table)
    case 'pivot':
      return printPivot(printers, table)
    case 'unpivot':
      return printUnpivot(printers, table)
    default:
      return unreachable(table, 'table reference')
  }
}

export function printAlias(alias: TableAlias | undefined): string {
  if (alias === undefined) return ''
  return `AS ${printIdentifier(alias.name)}${alias.columns.length === 0 ? '' : ` ${printNames(alias.columns)}`}`
}

function printTimeTravel(printers: Printers, timeTravel: TimeTravel | undefined): string {
  if (timeTravel === undefined) return ''
  const { by, point } = timeTravel
  const isName = by === 'branch' || by === 'tag'
  // AS OF takes a bare name of a branch or tag for a string, so anything but a string goes into parentheses.
  if (isName && point.kind !== 'string') return `AT (${by.toUpperCase()} => ${printers.expression(point, Precedence.lowest)})`
  return `AS OF ${by.toUpperCase()} ${printers.expression(point, Precedence.other)}`
}

function printTableSample(printers: Printers, sample: TableSample | undefined): string {
  return sample === undefined ? '' : `TABLESAMPLE ${printSample(printers, sample)}`
}

export function printSample(printers: Printers, sample: TableSample): string {
  const seed = sample.seed === undefined ? '' : ` REPEATABLE (${printers.expression(sample.seed, Precedence.lowest)})`
  return `${sample.method ?? ''}(${printers.expression(sample.size, Precedence.power)} ${sample.unit.toUpperCase()})${seed}`
}

function printJoin(printers: Printers, join: Join): string {
  const words = [join.natural ? 'NATURAL' : '', join.asof ? 'ASOF' : '', join.type === 'inner' ? '' : join.type.toUpperCase(), 'JOIN']
  const condition = join.on === undefined ? '' : `ON ${printers.expression(join.on, Precedence.lowest)}`
  const using = join.using.length === 0 ? '' : `USING ${printNames(join.using)}`
  const left = printTable(printers, join.left)
  const right = printOperand(printers, join.right)
  const text = joinWords([left, ...words, right, condition, using])
  return join.alias === undefined ? text : `(${text}) ${printAlias(join.alias)}`
}

/** A table where no join may stand without parentheses. */
function printOperand(printers: Printers, table: TableReference): string {
  const text = printTable(printers, table)
  return table.kind === 'join' && table.alias === undefined ? `(${text})` : text
}

function printPivot(printers: Printers, pivot: Pivot): string {
  const columns = pivot.columns.map((column) => {
    const inside =
      column.query === undefined
        ? column.values === undefined
          ? 'ANY'
          : printTurned(printers, column.values)
        : printers.query(column.query)
    return `${printers.expression(column.expression, Precedence.other)} IN (${inside})`
  })
  const groups = pivot.groupBy === undefined ? '' : `GROUP BY ${printList(printers, pivot.groupBy)}`
  const inside = joinWords([printTurned(printers, pivot.aggregates), 'FOR', ...columns, groups])
  return joinWords([printOperand(printers, pivot.input), `PIVOT (${inside})`, printAlias(pivot.alias)])
}

function printTurned(printers: Printers, items: readonly SelectItem[]): string {
  return items
    .map(
      (item) =>
        printers.expression(item.expression, Precedence.lowest) + (item.alias === undefined ? '' : ` AS ${printIdentifier(item.alias)}`),
    )
    .join(', ')
}

function printUnpivot(printers: Printers, unpivot: Unpivot): string {
  const values = unpivot.values.length === 1 ? printIdentifier(unpivot.values[0]!) : printNames(unpivot.values)
  const inside = `${values} FOR ${printIdentifier(unpivot.name)} IN (${printTurned(printers, unpivot.columns)})`
  const nulls = unpivot.includeNulls ? 'INCLUDE NULLS ' : ''
  return joinWords([printOperand(printers, unpivot.input), `UNPIVOT ${nulls}(${inside})`, printAlias(unpivot.alias)])
}
