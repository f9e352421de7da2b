/**
 * Names that the select list gives, for use in its own later items and in the other clauses. An alias is bound anew where
 * it is used, so that each place has the aggregates and subqueries that it may have.
 */

import type * as ast from '../ast/index.js'
import type { AliasLookup, Binder } from './binder.js'
import { unsupported } from './errors.js'
import { isVolatile } from './properties.js'

/** The aliases of the items before `end`; an alias sees only those before its own item. `first` lets them win over columns. */
export function aliasesBefore(binder: Binder, items: readonly ast.SelectItem[], end: number, first: boolean): AliasLookup {
  return {
    first,
    find(name, scope) {
      const index = aliasIndex(items, name, end)
      if (index < 0) return undefined
      binder.countExpansion(name.span)
      const bound = binder.expression(items[index]!.expression, { ...scope, aliases: aliasesBefore(binder, items, index, false) })
      if (isVolatile(bound))
        throw unsupported(`the use of the alias "${name.name}", whose value changes each time,`, name.span, 'Name it in a subquery.')
      return { ...bound, span: name.span }
    },
    names: () => items.slice(0, end).flatMap((item) => (item.alias === undefined ? [] : [item.alias.name])),
  }
}

/** The first item before `end` with this alias, or -1. */
export function aliasIndex(items: readonly ast.SelectItem[], name: ast.Identifier, end: number = items.length): number {
  const wanted = name.name.toLowerCase()
  for (let i = 0; i < end; i++) if (items[i]!.alias?.name.toLowerCase() === wanted) return i
  return -1
}
