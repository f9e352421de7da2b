/**
 * From the flat list of Parquet schema elements to Arrow fields and the column nodes that decoding follows. Lists and
 * maps follow the format's LogicalTypes.md with its backward-compatibility rules.
 */

import type { Field } from '@artemis/arrow'
import { field, list, map, struct } from '@artemis/arrow'
import { damaged } from '../errors.js'
import { leafType } from './leaf-type.js'
import type { RawSchemaElement } from './raw.js'
import type { ColumnNode, LeafColumn, PhysicalType } from './types.js'
import { FIELD_ID_KEY } from './types.js'

const REQUIRED = 0
const REPEATED = 2
const CONVERTED_MAP = 1
const CONVERTED_MAP_KEY_VALUE = 2
const CONVERTED_LIST = 3
const MAX_DEPTH = 64

const PHYSICAL_TYPES: readonly PhysicalType[] = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
]

export interface ParsedSchema {
  readonly columns: readonly ColumnNode[]
  readonly leaves: readonly LeafColumn[]
}

interface Element {
  readonly raw: RawSchemaElement
  readonly children: readonly Element[]
}

/** Levels of the place where a node stands. */
interface Place {
  readonly definition: number
  readonly repetition: number
  readonly path: readonly string[]
  readonly unsupported: string | undefined
}

/** `where` names the file, for errors. */
export function parseSchema(elements: readonly RawSchemaElement[], where: string): ParsedSchema {
  const root = elementTree(elements, where)
  const leaves: LeafColumn[] = []
  const columns: ColumnNode[] = []
  for (const child of root.children) {
    columns.push(
      new FieldBuilder(columns.length, leaves, where).node(child, { definition: 0, repetition: 0, path: [], unsupported: undefined }),
    )
  }
  return { columns, leaves }
}

function elementTree(elements: readonly RawSchemaElement[], where: string): Element {
  let next = 0
  const take = (depth: number): Element => {
    const raw = elements[next++]
    if (raw === undefined) throw damaged(where, 'the schema ends before its last child')
    if (depth > MAX_DEPTH) throw damaged(where, `the schema is nested deeper than ${MAX_DEPTH}`)
    const children: Element[] = []
    for (let i = 0; i < raw.childCount; i++) children.push(take(depth + 1))
    return { raw, children }
  }
  const root = take(0)
  if (next !== elements.length) throw damaged(where, `the schema has ${elements.length} elements, its tree ${next}`)
  return root
}

class FieldBuilder {
  readonly #fieldIndex: number
  readonly #leaves: LeafColumn[]
  readonly #where: string

  constructor(fieldIndex: number, leaves: LeafColumn[], where: string) {
    this.#fieldIndex = fieldIndex
    this.#leaves = leaves
    this.#where = where
  }

  /** A field; one that is repeated without a list around it is a list that is never null. */
  node(element: Element, place: Place): ColumnNode {
    if (element.raw.repetition !== REPEATED) return this.#plain(element, place)
    const inner = enter(place, element)
    const node = this.#content(element, inner, false)
    return listNode({ ...field(element.raw.name, list(node.field), false, fieldIdOf(element)) }, place.definition, inner, node)
  }

  #plain(element: Element, place: Place): ColumnNode {
    return this.#content(element, enter(place, element), element.raw.repetition !== REQUIRED)
  }

  /** What stands in an element, its own repetition already counted in `place`. */
  #content(element: Element, place: Place, nullable: boolean): ColumnNode {
    const { raw, children } = element
    if (children.length === 0) return this.#leaf(element, place, nullable)
    if (raw.logicalType?.kind === 'variant') return this.#struct(element, { ...place, unsupported: 'the VARIANT type' }, nullable)
    const repeated = children[0]!
    if (children.length === 1 && repeated.raw.repetition === REPEATED) {
      if (raw.convertedType === CONVERTED_LIST || raw.logicalType?.kind === 'list') return this.#list(element, repeated, place, nullable)
      const isMap = raw.convertedType === CONVERTED_MAP || raw.convertedType === CONVERTED_MAP_KEY_VALUE || raw.logicalType?.kind === 'map'
      if (isMap && repeated.children.length === 2) return this.#map(element, repeated, place, nullable)
    }
    return this.#struct(element, place, nullable)
  }

  #list(element: Element, repeated: Element, place: Place, nullable: boolean): ColumnNode {
    const inner = enter(place, repeated)
    const node = isElementItself(element, repeated) ? this.#content(repeated, inner, false) : this.node(repeated.children[0]!, inner)
    return listNode(field(element.raw.name, list(node.field), nullable, fieldIdOf(element)), place.definition, inner, node)
  }

  #map(element: Element, repeated: Element, place: Place, nullable: boolean): ColumnNode {
    const inner = enter(place, repeated)
    const entries = this.#struct(repeated, inner, false)
    const [key, value] = entries.kind === 'struct' ? entries.children : []
    const type = map(key!.field, value!.field)
    return listNode(field(element.raw.name, type, nullable, fieldIdOf(element)), place.definition, inner, entries)
  }

  #struct(element: Element, place: Place, nullable: boolean): ColumnNode {
    const children = element.children.map((child) => this.node(child, place))
    const type = struct(children.map((child) => child.field))
    return {
      kind: 'struct',
      field: field(element.raw.name, type, nullable, fieldIdOf(element)),
      definitionLevel: place.definition,
      children,
    }
  }

  #leaf(element: Element, place: Place, nullable: boolean): ColumnNode {
    const { raw } = element
    const physicalType = PHYSICAL_TYPES[raw.type ?? -1]
    // A group without fields has no type; it holds nothing that could be read.
    if (physicalType === undefined) throw damaged(this.#where, `column ${place.path.join('.')} has no physical type`)
    const { type, timeUnit, unsupported } = leafType(raw, physicalType)
    if (physicalType === 'FIXED_LEN_BYTE_ARRAY' && raw.typeLength < 0)
      throw damaged(this.#where, `column ${place.path.join('.')} has a negative length`)
    const leaf: LeafColumn = {
      index: this.#leaves.length,
      path: place.path,
      fieldIndex: this.#fieldIndex,
      fieldId: raw.fieldId,
      physicalType,
      typeLength: physicalType === 'FIXED_LEN_BYTE_ARRAY' ? raw.typeLength : 0,
      type,
      timeUnit,
      maxDefinitionLevel: place.definition,
      maxRepetitionLevel: place.repetition,
      unsupported: place.unsupported ?? unsupported,
    }
    this.#leaves.push(leaf)
    return { kind: 'leaf', field: field(raw.name, type, nullable, fieldIdOf(element)), definitionLevel: place.definition, leaf: leaf.index }
  }
}

function enter(place: Place, element: Element): Place {
  return {
    definition: place.definition + (element.raw.repetition === REQUIRED ? 0 : 1),
    repetition: place.repetition + (element.raw.repetition === REPEATED ? 1 : 0),
    path: [...place.path, element.raw.name],
    unsupported: place.unsupported,
  }
}

function listNode(of: Field, definitionLevel: number, inner: Place, element: ColumnNode): ColumnNode {
  return { kind: 'list', field: of, definitionLevel, elementDefinitionLevel: inner.definition, repetitionLevel: inner.repetition, element }
}

/** Whether the repeated field is the element, as old writers had it, rather than a group around the element. */
function isElementItself(outer: Element, repeated: Element): boolean {
  if (repeated.children.length !== 1) return true
  if (repeated.children[0]!.raw.repetition === REPEATED) return true
  return repeated.raw.name === 'array' || repeated.raw.name === `${outer.raw.name}_tuple`
}

function fieldIdOf(element: Element): Record<string, string> | undefined {
  return element.raw.fieldId === undefined ? undefined : { [FIELD_ID_KEY]: String(element.raw.fieldId) }
}

/** The leaf columns of a node, in file order. */
export function leavesOf(node: ColumnNode): number[] {
  if (node.kind === 'leaf') return [node.leaf]
  return node.kind === 'list' ? leavesOf(node.element) : node.children.flatMap(leavesOf)
}
