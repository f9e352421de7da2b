/** A data file as a manifest holds it: what every plan needs is decoded, the rest stays bytes until it is asked for. */
import { DataError } from '@artemis/errors'
import type { ProjectedField } from '../avro/reader.js'
import type { DataFile, DataFileContent, FieldMap } from '../model/manifest.js'
import type { Literal } from '../model/literal.js'
import { LazyBytesMap, LazyCountMap, readIntegersAt } from './lazy-field-map.js'

/** The slots of a decoded `data_file` record; {@link dataFileProjection} gives them in this order. */
const SLOT = {
  content: 0,
  filePath: 1,
  fileFormat: 2,
  partition: 3,
  recordCount: 4,
  fileSizeInBytes: 5,
  columnSizes: 6,
  valueCounts: 7,
  nullValueCounts: 8,
  nanValueCounts: 9,
  lowerBounds: 10,
  upperBounds: 11,
  keyMetadata: 12,
  splitOffsets: 13,
  equalityIds: 14,
  sortOrderId: 15,
  firstRowId: 16,
  referencedDataFile: 17,
  contentOffset: 18,
  contentSizeInBytes: 19,
} as const

/** What to read of a `data_file` record, for a spec with these partition fields. */
export function dataFileProjection(partition: readonly ProjectedField[]): readonly ProjectedField[] {
  return [
    { fieldId: 134, name: 'content', as: 'number' },
    { fieldId: 100, name: 'file_path', as: 'value' },
    { fieldId: 101, name: 'file_format', as: 'value' },
    { fieldId: 102, name: 'partition', as: { record: partition } },
    { fieldId: 103, name: 'record_count', as: 'number' },
    { fieldId: 104, name: 'file_size_in_bytes', as: 'number' },
    { fieldId: 108, name: 'column_sizes', as: 'offset' },
    { fieldId: 109, name: 'value_counts', as: 'offset' },
    { fieldId: 110, name: 'null_value_counts', as: 'offset' },
    { fieldId: 137, name: 'nan_value_counts', as: 'offset' },
    { fieldId: 125, name: 'lower_bounds', as: 'offset' },
    { fieldId: 128, name: 'upper_bounds', as: 'offset' },
    { fieldId: 131, name: 'key_metadata', as: 'value' },
    { fieldId: 132, name: 'split_offsets', as: 'offset' },
    { fieldId: 135, name: 'equality_ids', as: 'offset' },
    { fieldId: 140, name: 'sort_order_id', as: 'number' },
    { fieldId: 142, name: 'first_row_id', as: 'bigint' },
    { fieldId: 143, name: 'referenced_data_file', as: 'value' },
    { fieldId: 144, name: 'content_offset', as: 'number' },
    { fieldId: 145, name: 'content_size_in_bytes', as: 'number' },
  ]
}

export class LazyDataFile implements DataFile {
  readonly content: DataFileContent
  readonly filePath: string
  readonly fileFormat: string
  readonly specId: number
  readonly partition: readonly Literal[]
  readonly recordCount: number
  readonly fileSizeInBytes: number
  readonly keyMetadata: Uint8Array | undefined
  readonly sortOrderId: number | undefined
  readonly firstRowId: bigint | undefined
  readonly referencedDataFile: string | undefined
  readonly contentOffset: number | undefined
  readonly contentSizeInBytes: number | undefined
  /** The block of the manifest that the offsets point into. An offset of -1 stands for null. */
  readonly #bytes: Buffer
  readonly #columnSizes: number
  readonly #valueCounts: number
  readonly #nullValueCounts: number
  readonly #nanValueCounts: number
  readonly #lowerBounds: number
  readonly #upperBounds: number
  readonly #splitOffsets: number
  readonly #equalityIds: number

  constructor(options: {
    readonly bytes: Buffer
    readonly slots: readonly unknown[]
    readonly specId: number
    readonly partition: readonly Literal[]
    readonly firstRowId: bigint | undefined
  }) {
    const { slots } = options
    const content = slots[SLOT.content] ?? 0
    if (content !== 0 && content !== 1 && content !== 2) {
      throw new DataError({ code: 'INVALID_MANIFEST', message: `a manifest lists a file of the unknown content ${String(content)}` })
    }
    this.content = content
    this.filePath = required<string>(slots[SLOT.filePath], 'file_path')
    this.fileFormat = formatName(required<string>(slots[SLOT.fileFormat], 'file_format'))
    this.specId = options.specId
    this.partition = options.partition
    this.recordCount = required<number>(slots[SLOT.recordCount], 'record_count')
    this.fileSizeInBytes = required<number>(slots[SLOT.fileSizeInBytes], 'file_size_in_bytes')
    this.keyMetadata = optional<Uint8Array>(slots[SLOT.keyMetadata])
    this.sortOrderId = optional<number>(slots[SLOT.sortOrderId])
    this.firstRowId = optional<bigint>(slots[SLOT.firstRowId]) ?? options.firstRowId
    this.referencedDataFile = optional<string>(slots[SLOT.referencedDataFile])
    this.contentOffset = optional<number>(slots[SLOT.contentOffset])
    this.contentSizeInBytes = optional<number>(slots[SLOT.contentSizeInBytes])
    this.#bytes = options.bytes
    this.#columnSizes = offsetOf(slots[SLOT.columnSizes])
    this.#valueCounts = offsetOf(slots[SLOT.valueCounts])
    this.#nullValueCounts = offsetOf(slots[SLOT.nullValueCounts])
    this.#nanValueCounts = offsetOf(slots[SLOT.nanValueCounts])
    this.#lowerBounds = offsetOf(slots[SLOT.lowerBounds])
    this.#upperBounds = offsetOf(slots[SLOT.upperBounds])
    this.#splitOffsets = offsetOf(slots[SLOT.splitOffsets])
    this.#equalityIds = offsetOf(slots[SLOT.equalityIds])
  }

  get columnSizes(): FieldMap<number> | undefined {
    return this.#counts(this.#columnSizes)
  }

  get valueCounts(): FieldMap<number> | undefined {
    return this.#counts(this.#valueCounts)
  }

  get nullValueCounts(): FieldMap<number> | undefined {
    return this.#counts(this.#nullValueCounts)
  }

  get nanValueCounts(): FieldMap<number> | undefined {
    return this.#counts(this.#nanValueCounts)
  }

  get lowerBounds(): FieldMap<Uint8Array> | undefined {
    return this.#bounds(this.#lowerBounds)
  }

  get upperBounds(): FieldMap<Uint8Array> | undefined {
    return this.#bounds(this.#upperBounds)
  }

  get splitOffsets(): readonly number[] | undefined {
    return this.#integers(this.#splitOffsets)
  }

  get equalityIds(): readonly number[] | undefined {
    return this.#integers(this.#equalityIds)
  }

  #counts(offset: number): FieldMap<number> | undefined {
    return offset === -1 ? undefined : new LazyCountMap(this.#bytes, offset)
  }

  #bounds(offset: number): FieldMap<Uint8Array> | undefined {
    return offset === -1 ? undefined : new LazyBytesMap(this.#bytes, offset)
  }

  #integers(offset: number): readonly number[] | undefined {
    return offset === -1 ? undefined : readIntegersAt(this.#bytes, offset)
  }
}

function offsetOf(slot: unknown): number {
  return typeof slot === 'number' ? slot : -1
}

/** One string for all files of a format, as each would otherwise keep its own. */
function formatName(text: string): string {
  return text === 'PARQUET' || text === 'parquet' ? 'parquet' : text.toLowerCase()
}

function required<T>(value: unknown, name: string): T {
  if (value === undefined || value === null)
    throw new DataError({ code: 'INVALID_MANIFEST', message: `a manifest lists a file without ${name}` })
  return value as T
}

function optional<T>(value: unknown): T | undefined {
  return value === undefined || value === null ? undefined : (value as T)
}
