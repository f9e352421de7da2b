import type { Identifier, ListType, ObjectName, StructType, TypeField, TypeModifier, TypeName, UnionType } from '../ast/index.js'
import { unreachable } from '@artemis/errors'

const plainWord = /^[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*$/

export function printIdentifier(identifier: Identifier): string {
  return identifier.quoted || !plainWord.test(identifier.name) ? quoteName(identifier.name) : identifier.name
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

export function printName(name: ObjectName): string {
  return name.parts.map(printIdentifier).join('.')
}

export function printNames(names: readonly Identifier[]): string {
  return `(${names.map(printIdentifier).join(', ')})`
}

export function printType(type: TypeName): string {
  switch (type.kind) {
    case 'named_type':
      return printNamedType(type.name, type.modifiers)
    case 'list_type':
      return printListType(type)
    case 'struct_type':
      return printFields('STRUCT', type)
    case 'map_type':
      return `MAP(${printType(type.key)}, ${printType(type.value)})`
    case 'union_type':
      return printFields('UNION', type)
    default:
      return unreachable(type, 'type')
  }
}

function printListType(type: ListType): string {
  return `${printType(type.element)}[${type.size ?? ''}]`
}

function printFields(word: string, type: StructType | UnionType): string {
  const fields: readonly TypeField[] = type.kind === 'struct_type' ? type.fields : type.members
  const printed = fields.map(({ name, type: inner }) => (name === undefined ? '' : `${printIdentifier(name)} `) + printType(inner))
  return `${word}(${printed.join(', ')})`
}

/** Names of several words have their modifiers after the first: `timestamp(3) with time zone`. */
function printNamedType(name: ObjectName, modifiers: readonly TypeModifier[]): string {
  const [only] = name.parts
  const inside = modifiers.length === 0 ? '' : `(${modifiers.map(printModifier).join(', ')})`
  if (name.parts.length > 1 || only === undefined || only.quoted || !only.name.includes(' ')) return printName(name) + inside
  const zone = /^(time|timestamp) (with|without) time zone$/.exec(only.name)
  return zone === null ? only.name + inside : `${zone[1]!}${inside} ${zone[2]!} time zone`
}

function printModifier(modifier: TypeModifier): string {
  return modifier.form === 'string' ? quoteString(modifier.text) : modifier.text
}
