/** The one type that functions such as COALESCE and GREATEST bring all their arguments to. */

import type { DataType, Scalar } from '@artemis/arrow'
import { nullType } from '@artemis/arrow'
import { commonType, comparisonType } from '@artemis/plan'

/** Undefined when two of the types have none in common. */
export function commonArgumentType(types: readonly DataType[]): DataType | undefined {
  let common: DataType = nullType
  for (const type of types) {
    const next = commonType(common, type)
    if (next === undefined) return undefined
    common = next
  }
  return common
}

/** The same for arguments that are compared: a string literal becomes what it is compared with. */
export function commonComparedType(types: readonly DataType[], constants: readonly (Scalar | undefined)[]): DataType | undefined {
  const typed = types.filter((type, i) => type.kind !== 'utf8' || typeof constants[i] !== 'string')
  const common = commonArgumentType(typed)
  if (common === undefined || typed.length === types.length) return common
  return comparisonType(common, { kind: 'utf8' })
}
