/** The points in time of `AS OF`: constant expressions, brought to what a catalog takes. */

import type { TimeTravel } from '@artemis/plan'
import { int64, isInteger, sqlTypeName, timestamptz, utf8 } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import { children } from '../ast/index.js'
import type { Binder } from './binder.js'
import { coerce, isStringLiteral } from './coerce.js'
import type { Constant } from './constants.js'
import { bindConstant, constantValue, valueOf } from './constants.js'
import { bindError } from './errors.js'

/**
 * The point that the clause means. Instants without a zone are in the session's time zone. While the parameters have no
 * values a point made of them is unknown: the table of today then gives the columns.
 */
export function timeTravelPoint(binder: Binder, travel: ast.TimeTravel): TimeTravel | 'unknown' {
  if (binder.context.parameters.kind === 'unknown' && holdsParameter(travel.point)) {
    const bound = bindConstant(binder, travel.point, 'AS OF')
    if (bound.kind === 'parameter') coerce(binder, bound, travel.by === 'timestamp' ? timestamptz('us') : travel.by === 'snapshot' ? int64 : utf8)
    return 'unknown'
  }
  switch (travel.by) {
    case 'timestamp':
      return { kind: 'timestamp', microseconds: instant(binder, travel.point) }
    case 'snapshot': {
      const constant = constantValue(binder, travel.point, 'AS OF SNAPSHOT')
      const id = integerOf(constant)
      if (id === undefined) throw invalid('SNAPSHOT needs the id of a snapshot', constant)
      return { kind: 'snapshot', snapshotId: id }
    }
    case 'version': {
      const constant = nameOrValue(binder, travel.point, 'AS OF VERSION')
      const version = typeof constant.value === 'string' ? constant.value : integerOf(constant)
      if (version === undefined) throw invalid('VERSION needs the id of a snapshot or the name of a branch or tag', constant)
      return { kind: 'version', version }
    }
    case 'branch':
    case 'tag': {
      const constant = nameOrValue(binder, travel.point, `AS OF ${travel.by.toUpperCase()}`)
      if (typeof constant.value !== 'string') throw invalid(`${travel.by.toUpperCase()} needs a name`, constant)
      return { kind: travel.by, name: constant.value }
    }
  }
}

function holdsParameter(node: ast.SyntaxNode): boolean {
  return node.kind === 'parameter' || children(node).some(holdsParameter)
}

/** Tells points apart: the same point of one table is the same snapshot within a statement. */
export function timeTravelKey(point: TimeTravel | null): string {
  if (point === null) return ''
  return JSON.stringify(point, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
}

function instant(binder: Binder, point: ast.Expression): bigint {
  const clause = 'AS OF TIMESTAMP'
  const bound = bindConstant(binder, point, clause)
  const { kind } = bound.type
  if (kind !== 'timestamp' && kind !== 'date32' && bound.kind !== 'parameter' && !isStringLiteral(bound)) {
    const hint = isInteger(bound.type) ? 'A snapshot id is written AS OF SNAPSHOT.' : "Write it as TIMESTAMP '2024-03-01 00:00:00'."
    throw bindError('INVALID_TIME_TRAVEL', `TIMESTAMP needs an instant, not ${sqlTypeName(bound.type)}`, point.span, hint)
  }
  const { value } = valueOf(binder, coerce(binder, bound, timestamptz('us')), clause, point.span)
  if (typeof value !== 'bigint') throw bindError('INVALID_TIME_TRAVEL', 'the point in time is NULL', point.span)
  return value
}

/** A name may stand bare, as in `AS OF TAG flight_readiness`. */
function nameOrValue(binder: Binder, point: ast.Expression, clause: string): Constant {
  if (point.kind === 'column' && point.parts.length === 1) return { type: { kind: 'utf8' }, value: point.parts[0]!.name, span: point.span }
  return constantValue(binder, point, clause)
}

function integerOf({ type, value }: Constant): bigint | undefined {
  if (typeof value === 'bigint' && (isInteger(type) || (type.kind === 'decimal' && type.scale === 0))) return value
  if (typeof value === 'number' && isInteger(type)) return BigInt(value)
  return typeof value === 'string' && /^\s*-?\d{1,19}\s*$/.test(value) ? BigInt(value) : undefined
}

function invalid(message: string, constant: Constant): Error {
  return bindError('INVALID_TIME_TRAVEL', `${message}, not ${sqlTypeName(constant.type)}`, constant.span)
}
