import type { DataType } from '@artemis/arrow'
import { isNumeric } from '@artemis/plan'

/** Whether a table shows a column of this type flush right: numbers. */
export function isRightAligned(type: DataType): boolean {
  return isNumeric(type)
}
