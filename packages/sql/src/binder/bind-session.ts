/** SET, RESET, USE, and prepared statements. */

import { didYouMean } from '@artemis/errors'
import type { DataType } from '@artemis/plan'
import { formatLiteral, utf8 } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import { createBinder } from './bind-query.js'
import type { BoundDeallocate, BoundExecute, BoundReset, BoundSet, BoundUse, SettingValue } from './bound-statement.js'
import { constantValue } from './constants.js'
import type { BindContext, ParameterValue } from './context.js'
import { bindError, unsupported } from './errors.js'
import { resolveType } from './types.js'

/** The name of a setting: parts joined by dots, in lower case. */
export function settingName(name: ast.ObjectName): string {
  return name.parts.map((part) => part.name.toLowerCase()).join('.')
}

export function bindSet(statement: ast.SetVariable, context: BindContext): BoundSet | BoundReset {
  if (statement.scope === 'variable') throw unsupported('SET VARIABLE', statement.span)
  const name = settingName(statement.name)
  const [first] = statement.values
  if (first?.kind === 'default' && statement.values.length === 1) return { kind: 'reset', name, span: statement.name.span }
  const values = statement.values.map((value) => settingValue(value, context))
  return { kind: 'set', name, values, scope: statement.scope ?? null, span: statement.name.span }
}

/** A bare word is its own text: `SET x = on`, `SET search_path = a.b`. */
function settingValue(value: ast.Expression, context: BindContext): SettingValue {
  if (value.kind === 'column') {
    const text = value.parts.map((part) => part.name).join('.')
    return { text, type: utf8, value: text }
  }
  const constant = constantValue(createBinder(context), value, 'the value of a setting')
  const text = typeof constant.value === 'string' ? constant.value : formatLiteral(constant.type, constant.value)
  return { text, type: constant.type, value: constant.value }
}

export function bindReset(statement: ast.ResetVariable): BoundReset {
  if (statement.scope === 'variable') throw unsupported('RESET VARIABLE', statement.span)
  const { name, span } = statement
  return { kind: 'reset', name: name === undefined ? null : settingName(name), span: name?.span ?? span }
}

/** One part is a schema of the current catalog, or else a catalog; more are a catalog and its schema, which may have dots. */
export async function bindUse({ name }: ast.Use, context: BindContext): Promise<BoundUse> {
  const { names, defaultCatalog } = context
  const catalogs = await names.catalogs()
  const [first, ...rest] = name.parts
  const catalog = matching(catalogs, first!.name)
  if (catalog !== undefined && rest.length > 0) {
    const wanted = rest.map((part) => part.name).join('.')
    const schemas = await names.schemas(catalog)
    const schema = matching(schemas, wanted)
    if (schema !== undefined) return { kind: 'use', catalog, schema }
    throw bindError('SCHEMA_NOT_FOUND', `the catalog "${catalog}" has no schema "${wanted}"`, rest[0]!.span, didYouMean(wanted, schemas))
  }
  const schemas = await names.schemas(defaultCatalog)
  const wanted = name.parts.map((part) => part.name).join('.')
  const schema = matching(schemas, wanted)
  if (schema !== undefined) return { kind: 'use', catalog: defaultCatalog, schema }
  if (catalog !== undefined) return { kind: 'use', catalog, schema: null }
  throw bindError('SCHEMA_NOT_FOUND', `there is no catalog or schema "${wanted}"`, name.span, didYouMean(wanted, [...schemas, ...catalogs]))
}

export function matching(names: readonly string[], wanted: string): string | undefined {
  return names.find((name) => name === wanted) ?? names.find((name) => name.toLowerCase() === wanted.toLowerCase())
}

/** The types that PREPARE declares, by position. */
export function declaredTypes(statement: ast.Prepare): ReadonlyMap<string, DataType> {
  return new Map(statement.types.map((type, i) => [String(i + 1), resolveType(type)]))
}

export function bindExecute(statement: ast.Execute, context: BindContext): BoundExecute {
  const binder = createBinder(context)
  const values = new Map<string, ParameterValue>()
  let position = 0
  for (const argument of statement.arguments) {
    const key = argument.name === undefined ? String(++position) : argument.name.name.toLowerCase()
    if (values.has(key)) throw bindError('DUPLICATE_PARAMETER', `the parameter $${key} is given twice`, argument.span)
    const { type, value } = constantValue(binder, argument.value, 'a value of EXECUTE')
    values.set(key, { type, value })
  }
  return { kind: 'execute', name: statement.name.name.toLowerCase(), values, span: statement.name.span }
}

export function bindDeallocate({ name, span }: ast.Deallocate): BoundDeallocate {
  return { kind: 'deallocate', name: name?.name.toLowerCase() ?? null, span: name?.span ?? span }
}
