/** From an Arrow schema to the elements of a Parquet schema, and the leaf columns that the writer fills. */

import type { DataType, Field, Schema } from '@artemis/arrow'
import { field, list, map, struct } from '@artemis/arrow'
import { unreachable } from '@artemis/errors'
import { unsupported } from '../errors.js'
import type { ColumnNode, LeafColumn, PhysicalType } from '../metadata/types.js'
import { FIELD_ID_KEY } from '../metadata/types.js'
import type { ThriftWriter } from '../thrift/writer.js'

const REQUIRED = 0
const OPTIONAL = 1
const REPEATED = 2

export interface SchemaElement {
  readonly name: string
  readonly repetition: number | undefined
  readonly childCount: number | undefined
  readonly fieldId: number | undefined
  readonly leaf: LeafColumn | undefined
  /** The annotation of a group: a list or a map. */
  readonly group: 'list' | 'map' | undefined
}

export interface WriteSchema {
  readonly elements: readonly SchemaElement[]
  readonly leaves: readonly LeafColumn[]
  readonly columns: readonly ColumnNode[]
}

interface Place {
  readonly definition: number
  readonly repetition: number
  readonly path: readonly string[]
}

/** Throws UnsupportedError for a type that Parquet cannot hold exactly. */
export function writeSchema(schema: Schema): WriteSchema {
  const builder = new SchemaBuilder()
  builder.elements.push({
    name: 'schema',
    repetition: undefined,
    childCount: schema.fields.length,
    fieldId: undefined,
    leaf: undefined,
    group: undefined,
  })
  const columns = schema.fields.map((of, index) => builder.node(of, index, { definition: 0, repetition: 0, path: [] }))
  return { elements: builder.elements, leaves: builder.leaves, columns }
}

class SchemaBuilder {
  readonly elements: SchemaElement[] = []
  readonly leaves: LeafColumn[] = []

  node(of: Field, fieldIndex: number, outer: Place): ColumnNode {
    const { type } = of
    const place = { definition: outer.definition + (of.nullable ? 1 : 0), repetition: outer.repetition, path: [...outer.path, of.name] }
    if (type.kind === 'struct') {
      if (type.fields.length === 0) throw unsupported(`column ${place.path.join('.')}`, 'writing a struct without fields to Parquet')
      this.#group(of, type.fields.length, undefined)
      return {
        kind: 'struct',
        field: of,
        definitionLevel: place.definition,
        children: type.fields.map((child) => this.node(child, fieldIndex, place)),
      }
    }
    if (type.kind === 'list') return this.#list(of, type.element, fieldIndex, place)
    if (type.kind === 'map') return this.#map(of, type.key, type.value, fieldIndex, place)
    return this.#leaf(of, fieldIndex, place)
  }

  #list(of: Field, element: Field, fieldIndex: number, place: Place): ColumnNode {
    this.#group(of, 1, 'list')
    this.elements.push({ name: 'list', repetition: REPEATED, childCount: 1, fieldId: undefined, leaf: undefined, group: undefined })
    const inner = { definition: place.definition + 1, repetition: place.repetition + 1, path: [...place.path, 'list'] }
    const node = this.node({ ...element, name: 'element' }, fieldIndex, inner)
    return listNode({ ...of, type: list(element) }, place, inner, node)
  }

  #map(of: Field, key: Field, value: Field, fieldIndex: number, place: Place): ColumnNode {
    this.#group(of, 1, 'map')
    this.elements.push({ name: 'key_value', repetition: REPEATED, childCount: 2, fieldId: undefined, leaf: undefined, group: undefined })
    const inner = { definition: place.definition + 1, repetition: place.repetition + 1, path: [...place.path, 'key_value'] }
    // The format wants keys that are never null.
    const children = [
      this.node({ ...key, name: 'key', nullable: false }, fieldIndex, inner),
      this.node({ ...value, name: 'value' }, fieldIndex, inner),
    ]
    const entries = field('key_value', struct([key, value]), false)
    return listNode({ ...of, type: map(key, value) }, place, inner, {
      kind: 'struct',
      field: entries,
      definitionLevel: inner.definition,
      children,
    })
  }

  #leaf(of: Field, fieldIndex: number, place: Place): ColumnNode {
    const { physicalType, typeLength } = physicalOf(of.type, place.path.join('.'))
    const leaf: LeafColumn = {
      index: this.leaves.length,
      path: place.path,
      fieldIndex,
      fieldId: fieldIdOf(of),
      physicalType,
      typeLength,
      type: of.type,
      timeUnit: of.type.kind === 'time64' ? 'us' : undefined,
      maxDefinitionLevel: place.definition,
      maxRepetitionLevel: place.repetition,
      unsupported: undefined,
    }
    this.leaves.push(leaf)
    this.elements.push({
      name: of.name,
      repetition: repetitionOf(of),
      childCount: undefined,
      fieldId: leaf.fieldId,
      leaf,
      group: undefined,
    })
    return { kind: 'leaf', field: of, definitionLevel: place.definition, leaf: leaf.index }
  }

  #group(of: Field, childCount: number, group: 'list' | 'map' | undefined): void {
    this.elements.push({ name: of.name, repetition: repetitionOf(of), childCount, fieldId: fieldIdOf(of), leaf: undefined, group })
  }
}

function repetitionOf(of: Field): number {
  return of.nullable ? OPTIONAL : REQUIRED
}

function listNode(of: Field, place: Place, inner: Place, element: ColumnNode): ColumnNode {
  return {
    kind: 'list',
    field: of,
    definitionLevel: place.definition,
    elementDefinitionLevel: inner.definition,
    repetitionLevel: inner.repetition,
    element,
  }
}

function fieldIdOf(of: Field): number | undefined {
  const id = of.metadata?.[FIELD_ID_KEY]
  return id === undefined ? undefined : Number(id)
}

function physicalOf(type: DataType, column: string): { physicalType: PhysicalType; typeLength: number } {
  const of = (physicalType: PhysicalType, typeLength = 0): { physicalType: PhysicalType; typeLength: number } => ({
    physicalType,
    typeLength,
  })
  switch (type.kind) {
    case 'bool':
      return of('BOOLEAN')
    case 'null':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'date32':
      return of('INT32')
    case 'int64':
    case 'uint64':
    case 'time64':
      return of('INT64')
    case 'timestamp':
      if (type.unit === 's') throw unsupported(`column ${column}`, 'writing a timestamp in seconds to Parquet')
      return of('INT64')
    case 'float32':
      return of('FLOAT')
    case 'float64':
      return of('DOUBLE')
    case 'utf8':
    case 'binary':
      return of('BYTE_ARRAY')
    case 'uuid':
      return of('FIXED_LEN_BYTE_ARRAY', 16)
    case 'fixed_size_binary':
      return of('FIXED_LEN_BYTE_ARRAY', type.byteWidth)
    case 'decimal':
      if (type.precision <= 9) return of('INT32')
      if (type.precision <= 18) return of('INT64')
      return of('FIXED_LEN_BYTE_ARRAY', decimalBytes(type.precision))
    case 'interval':
    case 'list':
    case 'map':
    case 'struct':
      throw unsupported(`column ${column}`, `writing type ${type.kind} to Parquet`)
    default:
      return unreachable(type, 'data type')
  }
}

/** The fewest bytes that hold every decimal of a precision: what Iceberg asks for. */
export function decimalBytes(precision: number): number {
  let bytes = 1
  while (10n ** BigInt(precision) > 1n << BigInt(8 * bytes - 1)) bytes++
  return bytes
}

const PHYSICAL_IDS: Readonly<Record<PhysicalType, number>> = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  INT96: 3,
  FLOAT: 4,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
  FIXED_LEN_BYTE_ARRAY: 7,
}

export function physicalId(type: PhysicalType): number {
  return PHYSICAL_IDS[type]
}

/** Writes a SchemaElement struct. */
export function writeElement(writer: ThriftWriter, element: SchemaElement): void {
  const { leaf } = element
  const type = leaf?.type
  writer.i32(1, leaf === undefined ? undefined : physicalId(leaf.physicalType))
  writer.i32(2, leaf?.physicalType === 'FIXED_LEN_BYTE_ARRAY' ? leaf.typeLength : undefined)
  writer.i32(3, element.repetition)
  writer.string(4, element.name)
  writer.i32(5, element.childCount)
  writer.i32(6, element.group === undefined ? type && convertedType(type) : element.group === 'list' ? 3 : 1)
  writer.i32(7, type?.kind === 'decimal' ? type.scale : undefined)
  writer.i32(8, type?.kind === 'decimal' ? type.precision : undefined)
  writer.i32(9, element.fieldId)
  if (element.group !== undefined) writer.struct(10, () => writer.struct(element.group === 'list' ? 3 : 2, () => undefined))
  else if (type !== undefined) writeLogicalType(writer, type)
}

/** The annotation of older readers; undefined where it would say something else than the logical type. */
function convertedType(type: DataType): number | undefined {
  switch (type.kind) {
    case 'utf8':
      return 0
    case 'decimal':
      return 5
    case 'date32':
      return 6
    case 'timestamp':
      // The old annotations mean instants.
      if (type.timezone === null || type.unit === 'ns') return undefined
      return type.unit === 'ms' ? 9 : 10
    case 'uint8':
      return 11
    case 'uint16':
      return 12
    case 'uint32':
      return 13
    case 'uint64':
      return 14
    case 'int8':
      return 15
    case 'int16':
      return 16
    default:
      return undefined
  }
}

function writeLogicalType(writer: ThriftWriter, type: DataType): void {
  const put = (member: number, fields: () => void = () => undefined): void => writer.struct(10, () => writer.struct(member, fields))
  const integer = (bitWidth: number, signed: boolean): void =>
    put(10, () => {
      writer.i8(1, bitWidth)
      writer.bool(2, signed)
    })
  const time = (member: number, utc: boolean, unit: number): void =>
    put(member, () => {
      writer.bool(1, utc)
      writer.struct(2, () => writer.struct(unit, () => undefined))
    })
  switch (type.kind) {
    case 'utf8':
      return put(1)
    case 'decimal':
      return put(5, () => {
        writer.i32(1, type.scale)
        writer.i32(2, type.precision)
      })
    case 'date32':
      return put(6)
    case 'time64':
      return time(7, false, 2)
    case 'timestamp':
      return time(8, type.timezone !== null, type.unit === 'ms' ? 1 : type.unit === 'us' ? 2 : 3)
    case 'int8':
      return integer(8, true)
    case 'int16':
      return integer(16, true)
    case 'uint8':
      return integer(8, false)
    case 'uint16':
      return integer(16, false)
    case 'uint32':
      return integer(32, false)
    case 'uint64':
      return integer(64, false)
    case 'null':
      return put(11)
    case 'uuid':
      return put(14)
    default:
      return undefined
  }
}
