/** Checks what a commit requires of the table as it is now. */
import { unreachable } from '@artemis/errors'
import type { TableMetadata } from '../model/table-metadata.js'
import { commitConflict } from './failure.js'
import type { TableRequirement } from './table-update.js'

/** Throws a `COMMIT_CONFLICT` for the first requirement that does not hold. `metadata` is undefined for a table that is not there. */
export function checkRequirements(metadata: TableMetadata | undefined, requirements: readonly TableRequirement[]): void {
  for (const requirement of requirements) {
    const problem = violation(metadata, requirement)
    if (problem !== undefined) throw commitConflict(`the table has changed since it was read: ${problem}`)
  }
}

function violation(metadata: TableMetadata | undefined, requirement: TableRequirement): string | undefined {
  if (requirement.kind === 'assert-create') return metadata === undefined ? undefined : 'it exists already'
  if (metadata === undefined) return 'it is gone'
  switch (requirement.kind) {
    case 'assert-table-uuid':
      return differs('its uuid', requirement.uuid, metadata.tableUuid)
    case 'assert-ref-snapshot-id': {
      const ref = Object.hasOwn(metadata.refs, requirement.ref) ? metadata.refs[requirement.ref] : undefined
      return differs(`the snapshot of "${requirement.ref}"`, requirement.snapshotId, ref?.snapshotId)
    }
    case 'assert-last-assigned-field-id':
      return differs('its last field id', requirement.lastAssignedFieldId, metadata.lastColumnId)
    case 'assert-current-schema-id':
      return differs('its current schema', requirement.currentSchemaId, metadata.currentSchemaId)
    case 'assert-last-assigned-partition-id':
      return differs('its last partition field id', requirement.lastAssignedPartitionId, metadata.lastPartitionId)
    case 'assert-default-spec-id':
      return differs('its default partition spec', requirement.defaultSpecId, metadata.defaultSpecId)
    case 'assert-default-sort-order-id':
      return differs('its default sort order', requirement.defaultSortOrderId, metadata.defaultSortOrderId)
    default:
      return unreachable(requirement, 'requirement')
  }
}

function differs<T>(what: string, wanted: T, found: T): string | undefined {
  return wanted === found ? undefined : `${what} was ${String(wanted ?? 'absent')} and is ${String(found ?? 'absent')}`
}
