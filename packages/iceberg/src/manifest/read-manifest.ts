/**
 * Reads manifests of all format versions (spec, "Manifests" and "Sequence Number Inheritance"). This is the hot path of
 * planning: one pass over the bytes, with the per-column maps left where they are.
 */
import { DataError } from '@artemis/errors'
import { checkConsumed, guardStack, openAvroFile } from '../avro/container.js'
import { compileProjection } from '../avro/reader.js'
import type { AvroRecord, AvroType } from '../avro/schema.js'
import type { Literal } from '../model/literal.js'
import type { ManifestEntry, ManifestEntryStatus, ManifestFile } from '../model/manifest.js'
import type { PartitionSpec } from '../model/partition.js'
import type { IcebergType } from '../model/type.js'
import { LazyDataFile, dataFileProjection } from './lazy-data-file.js'
import { partitionLiteral, partitionProjection } from './partition-types.js'

export interface ManifestContext {
  /** The manifest as its list describes it: entries inherit from it. */
  readonly manifest: ManifestFile
  readonly spec: PartitionSpec
  /** See `partitionTypesOf`. */
  readonly partitionTypes: readonly (IcebergType | undefined)[]
}

export interface DecodedManifest {
  /** All entries, those with status DELETED too, in file order. */
  readonly entries: readonly ManifestEntry[]
  /** About how many bytes the entries keep alive. */
  readonly bytes: number
}

/** What an entry's objects take beside the manifest's bytes, roughly. */
const BYTES_PER_ENTRY = 500

const DATA_FILE_SLOT = 4

export function readManifest(bytes: Uint8Array, context: ManifestContext): DecodedManifest {
  return guardStack(() => decode(bytes, context))
}

function decode(bytes: Uint8Array, context: ManifestContext): DecodedManifest {
  const file = openAvroFile(bytes)
  if (file.schema.kind !== 'record') throw new DataError({ code: 'INVALID_MANIFEST', message: 'the manifest does not hold records' })
  checkHeader(file.metadata, context)
  checkMaps(file.schema)
  const read = compileProjection(file.schema, [
    { fieldId: 0, name: 'status', as: 'number' },
    { fieldId: 1, name: 'snapshot_id', as: 'bigint' },
    { fieldId: 3, name: 'sequence_number', as: 'bigint' },
    { fieldId: 4, name: 'file_sequence_number', as: 'bigint' },
    { fieldId: 2, name: 'data_file', as: { record: dataFileProjection(partitionProjection(context.spec)) } },
  ])
  const { partitionTypes, manifest } = context
  const entries: ManifestEntry[] = []
  let kept = 0
  let snapshotId = manifest.addedSnapshotId
  let nextRowId = manifest.content === 'data' ? manifest.firstRowId : undefined
  for (const { count, cursor } of file.blocks()) {
    kept += cursor.bytes.length
    for (let i = 0; i < count; i++) {
      const slots = read(cursor)
      const status = statusOf(slots[0])
      const fileSlots = slots[DATA_FILE_SLOT] as readonly unknown[] | undefined
      if (fileSlots === undefined) throw new DataError({ code: 'INVALID_MANIFEST', message: 'a manifest entry has no data_file' })
      const dataFile = new LazyDataFile({
        bytes: cursor.bytes,
        slots: fileSlots,
        specId: context.spec.specId,
        partition: partitionOf(fileSlots[3] as readonly unknown[] | undefined, partitionTypes),
        firstRowId: status === 2 ? undefined : nextRowId,
      })
      if ((dataFile.content === 0) !== (manifest.content === 'data')) {
        throw new DataError({ code: 'INVALID_MANIFEST', message: `a manifest of ${manifest.content} files lists ${dataFile.filePath}, which is none` })
      }
      if (nextRowId !== undefined && status !== 2 && dataFile.firstRowId === nextRowId) nextRowId += BigInt(dataFile.recordCount)
      // Mostly one and the same: then all entries share one bigint.
      const ownSnapshotId = (slots[1] as bigint | null | undefined) ?? manifest.addedSnapshotId
      if (ownSnapshotId !== snapshotId) snapshotId = ownSnapshotId
      entries.push({
        status,
        snapshotId,
        sequenceNumber: inherited(slots[2], status, manifest),
        fileSequenceNumber: inherited(slots[3], status, manifest),
        dataFile,
      })
    }
    checkConsumed(cursor)
  }
  checkCounts(entries, manifest)
  return { entries, bytes: kept + entries.length * BYTES_PER_ENTRY }
}

/** What the header says, where it does, must be what the list says: a list that is damaged may point to another manifest. */
function checkHeader(header: ReadonlyMap<string, Uint8Array>, { manifest, spec }: ManifestContext): void {
  const own = (name: string): string | undefined => {
    const value = header.get(name)
    return value === undefined ? undefined : Buffer.from(value).toString()
  }
  const content = own('content')
  const specId = own('partition-spec-id')
  if ((content !== undefined && content !== manifest.content) || (specId !== undefined && specId !== String(spec.specId))) {
    throw new DataError({ code: 'INVALID_MANIFEST', message: 'the manifest is not of the content or partition spec that its list says' })
  }
}

/** Planning skips manifests without live files by the list's counts, so that those must be right. */
function checkCounts(entries: readonly ManifestEntry[], { addedFilesCount, existingFilesCount }: ManifestFile): void {
  if (addedFilesCount === undefined || existingFilesCount === undefined) return
  const live = entries.reduce((count, entry) => (entry.status === 2 ? count : count + 1), 0)
  if (live === addedFilesCount + existingFilesCount) return
  throw new DataError({ code: 'INVALID_MANIFEST', message: `the manifest has ${live} live files, its list says ${addedFilesCount + existingFilesCount}` })
}

function statusOf(value: unknown): ManifestEntryStatus {
  if (value === 0 || value === 1 || value === 2) return value
  throw new DataError({ code: 'INVALID_MANIFEST', message: `a manifest entry has the unknown status ${String(value)}` })
}

/** Null inherits only in an ADDED entry; manifests of v1, whose own number is 0, have 0 throughout. */
function inherited(value: unknown, status: ManifestEntryStatus, manifest: ManifestFile): bigint {
  if (typeof value === 'bigint') return value
  if (manifest.sequenceNumber === 0n) return 0n
  if (status === 1) return manifest.sequenceNumber
  throw new DataError({
    code: 'INVALID_MANIFEST',
    message: `${manifest.manifestPath}: an entry that was not added by this manifest has no sequence number`,
  })
}

function partitionOf(values: readonly unknown[] | undefined, types: readonly (IcebergType | undefined)[]): readonly Literal[] {
  const partition = new Array<Literal>(types.length)
  for (let i = 0; i < types.length; i++) partition[i] = partitionLiteral(values?.[i], types[i])
  return partition
}

/** The lazy maps read key, value, key, value: any other layout must be refused here, not misread later. */
function checkMaps(entry: AvroRecord): void {
  const dataFile = entry.fields.find((field) => field.fieldId === 2 || field.name === 'data_file')?.type
  if (dataFile?.kind !== 'record') throw new DataError({ code: 'INVALID_MANIFEST', message: 'a manifest entry has no data_file record' })
  for (const id of [108, 109, 110, 137]) requireMap(dataFile, id, ['int', 'long'])
  for (const id of [125, 128]) requireMap(dataFile, id, ['bytes'])
  for (const id of [132, 135]) requireIntegers(dataFile, id)
}

function requireMap(record: AvroRecord, id: number, valueKinds: readonly string[]): void {
  const type = arrayWithin(record, id)
  if (type === undefined) return
  const [key, value] = type.items.kind === 'record' && type.items.fields.length === 2 ? type.items.fields : []
  if (key?.type.kind !== 'int' || value === undefined || !valueKinds.includes(value.type.kind)) throw unexpected(id)
}

function requireIntegers(record: AvroRecord, id: number): void {
  const type = arrayWithin(record, id)
  if (type !== undefined && type.items.kind !== 'int' && type.items.kind !== 'long') throw unexpected(id)
}

function arrayWithin(record: AvroRecord, id: number): Extract<AvroType, { kind: 'array' }> | undefined {
  const field = record.fields.find((item) => item.fieldId === id)
  if (field === undefined) return undefined
  const type = field.type.kind === 'union' ? field.type.branches.find((branch) => branch.kind !== 'null') : field.type
  if (type?.kind !== 'array') throw unexpected(id)
  return type
}

function unexpected(id: number): DataError {
  return new DataError({ code: 'INVALID_MANIFEST', message: `field ${id} of the manifest has an unexpected type` })
}
