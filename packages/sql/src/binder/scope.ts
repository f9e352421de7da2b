/**
 * The names that FROM brings into scope. A source is one table reference under its name; `visible` is what `*` expands
 * to and what a bare name may mean, in which the columns that USING joins appear once.
 */

import type { Column } from '@artemis/plan'

export interface ScopeColumn {
  readonly name: string
  readonly column: Column
}

export interface Source {
  /** The name to qualify with, outermost part first: `['artemis', 'sda', 'observations']`, or just the alias. */
  readonly path: readonly string[]
  readonly columns: readonly ScopeColumn[]
}

export class Scope {
  readonly sources: readonly Source[]
  readonly visible: readonly ScopeColumn[]
  #byName: Map<string, ScopeColumn[]> | undefined
  #ids: Set<number> | undefined

  constructor(sources: readonly Source[], visible: readonly ScopeColumn[]) {
    this.sources = sources
    this.visible = visible
  }

  /** The visible columns of a name. Where several differ only in case, those written exactly so win. */
  named(name: string): readonly ScopeColumn[] {
    if (this.#byName === undefined) {
      this.#byName = new Map()
      for (const column of this.visible) {
        const key = column.name.toLowerCase()
        const known = this.#byName.get(key)
        if (known === undefined) this.#byName.set(key, [column])
        else known.push(column)
      }
    }
    return exactOrAll(this.#byName.get(name.toLowerCase()) ?? [], name)
  }

  /** Sources that a qualifier of one or more parts names: those whose path ends in it. */
  sourcesNamed(qualifier: readonly string[]): readonly Source[] {
    return this.sources.filter((source) => endsWith(source.path, qualifier))
  }

  /** Whether the column with this id comes from this scope. */
  owns(id: number): boolean {
    if (this.#ids === undefined) {
      this.#ids = new Set(this.visible.map((entry) => entry.column.id))
      for (const source of this.sources) for (const entry of source.columns) this.#ids.add(entry.column.id)
    }
    return this.#ids.has(id)
  }

  /** The same names over mapped columns. */
  mapColumns(map: (column: Column) => Column): Scope {
    const mapped = new Map<ScopeColumn, ScopeColumn>()
    const mapEntry = (entry: ScopeColumn): ScopeColumn => {
      let result = mapped.get(entry)
      if (result === undefined) {
        result = { name: entry.name, column: map(entry.column) }
        mapped.set(entry, result)
      }
      return result
    }
    const sources = this.sources.map((source) => ({ path: source.path, columns: source.columns.map(mapEntry) }))
    return new Scope(sources, this.visible.map(mapEntry))
  }
}

/** The scope of no names: constants. */
export const emptyScope = new Scope([], [])

/** A scope of one source that makes all these columns visible. */
export function scopeOf(path: readonly string[], columns: readonly Column[]): Scope {
  const entries = columns.map((column) => ({ name: column.name, column }))
  return new Scope([{ path, columns: entries }], entries)
}

/** The columns of a source with this name. */
export function columnsNamed(source: Source, name: string): readonly ScopeColumn[] {
  const wanted = name.toLowerCase()
  return exactOrAll(
    source.columns.filter((entry) => entry.name.toLowerCase() === wanted),
    name,
  )
}

function exactOrAll(found: readonly ScopeColumn[], name: string): readonly ScopeColumn[] {
  if (found.length < 2) return found
  const exact = found.filter((entry) => entry.name === name)
  return exact.length === 1 ? exact : found
}

function endsWith(path: readonly string[], suffix: readonly string[]): boolean {
  if (suffix.length > path.length) return false
  const start = path.length - suffix.length
  return suffix.every((part, i) => part.toLowerCase() === path[start + i]!.toLowerCase())
}
