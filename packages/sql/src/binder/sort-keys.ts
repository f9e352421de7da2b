/** Where NULLs sort when a key does not say. */

import type * as ast from '../ast/index.js'
import type { Binder } from './binder.js'

export function nullsFirst(binder: Binder, key: ast.SortKey): boolean {
  if (key.nulls !== undefined) return key.nulls === 'first'
  const descending = key.direction === 'desc'
  switch (binder.context.settings.nullOrder) {
    case 'first':
      return true
    case 'low':
      return !descending
    case 'high':
      return descending
    case 'last':
      return false
  }
}
