/** Which type changes a schema update may make (spec, "Schema Evolution"): those that every old value survives. */
import type { FormatVersion } from '../model/table-metadata.js'
import type { IcebergType } from '../model/type.js'
import { typeEquals } from '../model/type.js'

export function canPromote(from: IcebergType, to: IcebergType, formatVersion: FormatVersion): boolean {
  if (typeEquals(from, to)) return true
  switch (from.kind) {
    case 'int':
      return to.kind === 'long'
    case 'float':
      return to.kind === 'double'
    case 'decimal':
      return to.kind === 'decimal' && to.scale === from.scale && to.precision > from.precision
    case 'date':
      return formatVersion >= 3 && (to.kind === 'timestamp' || to.kind === 'timestamp_ns')
    case 'unknown':
      return formatVersion >= 3
    default:
      return false
  }
}

/** Types that only v3 tables may hold. */
export function requiresV3(type: IcebergType): boolean {
  switch (type.kind) {
    case 'timestamp_ns':
    case 'timestamptz_ns':
    case 'unknown':
    case 'variant':
    case 'geometry':
    case 'geography':
      return true
    case 'struct':
      return type.fields.some((field) => requiresV3(field.type))
    case 'list':
      return requiresV3(type.element)
    case 'map':
      return requiresV3(type.key) || requiresV3(type.value)
    default:
      return false
  }
}
