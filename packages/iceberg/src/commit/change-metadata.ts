/** Commits of schema, partition spec, sort order and properties: metadata only. */
import { currentSchema } from '../metadata/lookup.js'
import { NAME_MAPPING_PROPERTY, nameMappingOf, serializeNameMapping, updateNameMapping } from '../metadata/name-mapping.js'
import { SchemaUpdate } from '../metadata/schema-update.js'
import { SpecUpdate, sortOrderOf } from '../metadata/spec-update.js'
import type { SortFieldInput } from '../metadata/spec-update.js'
import type { TableMetadata } from '../model/table-metadata.js'
import { commitWithRetry } from './retry.js'
import type { CommitOptions, CommitTarget } from './retry.js'
import type { TableCommit } from './table-update.js'

/**
 * Changes the schema. `change` runs again on the newest schema when another writer came first, so it must say what it
 * wants by name and keep no state.
 */
export async function changeSchema(
  target: CommitTarget,
  change: (update: SchemaUpdate) => void,
  options?: CommitOptions & { readonly caseSensitive?: boolean },
): Promise<void> {
  await commitMetadata(target, options, (base) => {
    const update = new SchemaUpdate(base, options)
    change(update)
    const { schema, lastColumnId } = update.apply()
    if (schema === currentSchema(base)) return undefined
    const mapping = nameMappingOf(base)
    return {
      requirements: [
        { kind: 'assert-current-schema-id', currentSchemaId: base.currentSchemaId },
        { kind: 'assert-last-assigned-field-id', lastAssignedFieldId: base.lastColumnId },
      ],
      updates: [
        { kind: 'add-schema', schema, lastColumnId },
        { kind: 'set-current-schema', schemaId: -1 },
        ...(mapping === undefined
          ? []
          : [
              {
                kind: 'set-properties' as const,
                updates: { [NAME_MAPPING_PROPERTY]: serializeNameMapping(updateNameMapping(mapping, schema)) },
              },
            ]),
      ],
    }
  })
}

/** Changes how new files are partitioned. See {@link changeSchema} for `change`. */
export async function changeSpec(target: CommitTarget, change: (update: SpecUpdate) => void, options?: CommitOptions): Promise<void> {
  await commitMetadata(target, options, (base) => {
    const update = new SpecUpdate(base)
    change(update)
    return {
      requirements: [
        { kind: 'assert-default-spec-id', defaultSpecId: base.defaultSpecId },
        { kind: 'assert-last-assigned-partition-id', lastAssignedPartitionId: base.lastPartitionId },
      ],
      updates: [
        { kind: 'add-spec', spec: update.apply() },
        { kind: 'set-default-spec', specId: -1 },
      ],
    }
  })
}

/** Changes how new files are sorted; no field means unsorted. */
export async function replaceSortOrder(target: CommitTarget, fields: readonly SortFieldInput[], options?: CommitOptions): Promise<void> {
  await commitMetadata(target, options, (base) => ({
    requirements: [{ kind: 'assert-default-sort-order-id', defaultSortOrderId: base.defaultSortOrderId }],
    updates: [
      { kind: 'add-sort-order', sortOrder: sortOrderOf(currentSchema(base), fields) },
      { kind: 'set-default-sort-order', sortOrderId: -1 },
    ],
  }))
}

/** Sets and removes table properties. */
export async function changeProperties(
  target: CommitTarget,
  change: { readonly set?: Readonly<Record<string, string>>; readonly remove?: readonly string[] },
  options?: CommitOptions,
): Promise<void> {
  await commitMetadata(target, options, () => ({
    requirements: [],
    updates: [
      ...(change.set === undefined ? [] : [{ kind: 'set-properties' as const, updates: change.set }]),
      ...(change.remove === undefined ? [] : [{ kind: 'remove-properties' as const, removals: change.remove }]),
    ],
  }))
}

/** Upgrades a v1 table to v2, the version that we write. */
export async function upgradeFormatVersion(target: CommitTarget, options?: CommitOptions): Promise<void> {
  await commitMetadata(target, options, (base) =>
    base.formatVersion >= 2 ? undefined : { requirements: [], updates: [{ kind: 'upgrade-format-version', formatVersion: 2 }] },
  )
}

async function commitMetadata(
  target: CommitTarget,
  options: CommitOptions | undefined,
  prepare: (base: TableMetadata) => TableCommit | undefined,
): Promise<void> {
  await commitWithRetry(target, async (base) => {
    const commit = prepare(base)
    if (commit === undefined) return undefined
    return {
      requirements: [{ kind: 'assert-table-uuid', uuid: base.tableUuid }, ...commit.requirements],
      updates: commit.updates,
      timestampMs: options?.timestampMs ?? target.environment.now(),
    }
  })
}
