/**
 * One column chunk in memory: its bytes (whole, or only the pages that are wanted), cut into pages, and decoded to
 * vectors. Decoding is synchronous and touches only the pages that hold wanted rows.
 */

import type { BytesVector, Vector } from '@artemis/arrow'
import { ArtemisError, InternalError } from '@artemis/errors'
import { verifyChecksum } from '../codec/checksum.js'
import { uncompress } from '../codec/codec.js'
import { BooleanDecoder } from '../decode/boolean-decoder.js'
import { BytesDecoder } from '../decode/bytes-decoder.js'
import { DecimalCodesDecoder, ROWS_PER_ENTRY } from '../decode/decimal-codes-decoder.js'
import { WideDecoder, WordsDecoder } from '../decode/fixed-decoder.js'
import type { PageHeader } from '../decode/page-header.js'
import { readPageHeader } from '../decode/page-header.js'
import type { ValueDecoder } from '../decode/value-decoder.js'
import { damaged } from '../errors.js'
import type { ByteRange, ColumnChunkMetadata, LeafColumn } from '../metadata/types.js'
import { KeptPage } from './page-cache.js'
import type { RowSet } from './row-set.js'
import { touches } from './row-set.js'

/** Where a page stands, from the offset index. */
export interface PageLocation {
  readonly offset: number
  /** Bytes with the header. */
  readonly size: number
  readonly firstRow: number
  readonly rowCount: number
}

export interface DataPage {
  readonly header: PageHeader
  /** As in the file, compressed. */
  readonly body: Uint8Array
  /** First row; -1 when only the repetition levels tell where rows begin. */
  readonly firstRow: number
  readonly rowCount: number
  /** Where the page is shared with other readers. */
  readonly kept: KeptPage | undefined
}

export interface FetchedRange extends ByteRange {
  readonly bytes: Uint8Array
  /** Given where the range is one page that is shared with other readers. */
  readonly kept?: KeptPage
  /** Gives the bytes back, once. */
  release(): void
}

interface RawDictionary {
  readonly bytes: Uint8Array
  readonly valueCount: number
}

/** Sizes that no honest page header exceeds: what the footer says of the chunk, or the codecs' best ratio. */
const SMALL_PAGE = 1 << 20
const BEST_RATIO = 1100

export class ColumnChunk {
  readonly leaf: LeafColumn
  readonly metadata: ColumnChunkMetadata
  readonly where: string
  readonly #rowCount: number
  #fetched: readonly FetchedRange[] = []
  #locations: readonly PageLocation[] | undefined
  #allPages: DataPage[] | undefined
  #rawDictionary: RawDictionary | undefined
  #bytesDictionary: BytesVector | undefined
  #decimalDictionary: Vector | undefined

  constructor(leaf: LeafColumn, metadata: ColumnChunkMetadata, rowCount: number, fileName: string, rowGroup: number) {
    this.leaf = leaf
    this.metadata = metadata
    this.#rowCount = rowCount
    this.where = `${fileName}: row group ${rowGroup}, column ${leaf.path.join('.')}`
  }

  /** The byte ranges that decoding `rows` needs and that are not here yet. */
  missing(rows: RowSet, locations: readonly PageLocation[] | undefined): ByteRange[] {
    const { pages } = this.metadata
    if (pages.length === 0 || this.#holds(pages)) return []
    if (locations === undefined || locations.length === 0) return [pages]
    const wanted = locations.filter((page) => touches(rows, page.firstRow, page.firstRow + page.rowCount))
    if (wanted.length === locations.length) return [pages]
    const ranges = wanted.map((page) => ({ offset: page.offset, length: page.size }))
    // What stands before the first data page is the dictionary, whether the footer mentions it or not.
    const before = locations[0]!.offset - pages.offset
    if (before > 0 && wanted.length > 0) ranges.unshift({ offset: pages.offset, length: before })
    return ranges.filter((range) => !this.#holds(range))
  }

  /** Takes bytes that were fetched; `locations` tell the pages apart when the chunk is not whole. */
  add(ranges: readonly FetchedRange[], locations: readonly PageLocation[] | undefined): void {
    const whole = ranges.find((range) => contains(range, this.metadata.pages))
    if (whole === undefined) this.#fetched = [...this.#fetched, ...ranges]
    else {
      this.release()
      this.#fetched = [whole]
    }
    this.#locations = locations ?? this.#locations
  }

  get bufferedBytes(): number {
    return this.#fetched.reduce((sum, range) => sum + range.length, 0)
  }

  release(): void {
    // Vectors never look at fetched bytes: decoding copies, and so do dictionaries.
    for (const range of this.#fetched) range.release()
    this.#fetched = []
    this.#allPages = undefined
    this.#rawDictionary = undefined
  }

  /** The data pages that hold any of the rows, ascending. All pages where the rows of a page are not known. */
  pages(rows: RowSet): DataPage[] {
    if (this.metadata.pages.length === 0) return []
    if (this.#holds(this.metadata.pages)) {
      return this.#scan().filter((page) => page.firstRow < 0 || touches(rows, page.firstRow, page.firstRow + page.rowCount))
    }
    const locations = this.#locations
    if (locations === undefined) throw this.#notFetched()
    const wanted = locations.filter((page) => touches(rows, page.firstRow, page.firstRow + page.rowCount))
    if (wanted.length > 0) this.#findDictionary(locations[0]!.offset)
    return wanted.map((page) => this.#locatedPage(page))
  }

  /** Pages in the chunk, as far as they are known. */
  get pageCount(): number {
    return this.#allPages?.length ?? this.#locations?.length ?? 0
  }

  /** A decoder with room for `capacity` values, its dictionary loaded. */
  decoder(capacity: number, pages: readonly DataPage[]): ValueDecoder {
    const { leaf, where } = this
    const dictionary = this.#rawDictionary
    switch (leaf.physicalType) {
      case 'BOOLEAN':
        return new BooleanDecoder(leaf, capacity, where)
      case 'BYTE_ARRAY': {
        const plainBytes = pages.reduce((sum, page) => sum + (page.header.encoding === 'PLAIN' ? page.header.uncompressedSize : 0), 0)
        const decoder = new BytesDecoder(leaf, capacity, Math.min(plainBytes + 4, 0x7fffffff), where)
        if (this.#bytesDictionary !== undefined) decoder.useDictionary(this.#bytesDictionary)
        else if (dictionary !== undefined) {
          decoder.dictionary(dictionary.bytes, dictionary.valueCount)
          this.#bytesDictionary = decoder.decodedDictionary
        }
        return decoder
      }
      default: {
        if (this.#staysCodes(capacity, pages)) {
          const decoder = new DecimalCodesDecoder(leaf, capacity, where)
          if (this.#decimalDictionary !== undefined) decoder.useDictionary(this.#decimalDictionary)
          else if (dictionary !== undefined) {
            decoder.dictionary(dictionary.bytes, dictionary.valueCount)
            this.#decimalDictionary = decoder.decodedDictionary
          }
          return decoder
        }
        const isWide = leaf.physicalType === 'INT96' || leaf.physicalType === 'FIXED_LEN_BYTE_ARRAY'
        const decoder = isWide ? new WideDecoder(leaf, capacity, where) : new WordsDecoder(leaf, capacity, where)
        if (dictionary !== undefined) decoder.dictionary(dictionary.bytes, dictionary.valueCount)
        return decoder
      }
    }
  }

  #staysCodes(capacity: number, pages: readonly DataPage[]): boolean {
    const entries = this.#rawDictionary?.valueCount ?? this.#decimalDictionary?.length ?? 0
    if (this.leaf.type.kind !== 'decimal' || entries === 0 || entries * ROWS_PER_ENTRY > capacity) return false
    return pages.every(({ header: { encoding } }) => encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY')
  }

  uncompressPage(page: DataPage): Uint8Array {
    const { kept } = page
    if (kept?.content !== undefined) return kept.content
    const content = this.#uncompress(page.header, page.body)
    return kept === undefined ? content : kept.uncompressed(content)
  }

  /** The part of a V2 page behind its levels. */
  uncompressValues(page: DataPage): Uint8Array {
    const { header, kept } = page
    if (kept?.content !== undefined) return kept.content
    verifyChecksum(header.checksum, page.body, this.where)
    const levels = header.definitionLength + header.repetitionLength
    const body = page.body.subarray(levels)
    const size = header.uncompressedSize - levels
    const content = !header.isCompressed || size === 0 ? body : uncompress(this.metadata.codec, body, size, this.where)
    return kept === undefined ? content : kept.uncompressed(content)
  }

  #uncompress(header: PageHeader, body: Uint8Array): Uint8Array {
    verifyChecksum(header.checksum, body, this.where)
    return uncompress(this.metadata.codec, body, header.uncompressedSize, this.where)
  }

  /** A copy of a fetched page, to be shared. Damage is left for those to find who decode it. */
  keptPage(bytes: Uint8Array): KeptPage {
    // The slice of a Buffer would be no copy.
    const copy = new Uint8Array(bytes)
    try {
      return new KeptPage(copy, this.#header(copy, 0))
    } catch (error) {
      if (error instanceof ArtemisError) return new KeptPage(copy, undefined)
      throw error
    }
  }

  /** Runs a decode; what damaged bytes make JavaScript throw becomes a DataError. */
  guard<T>(decode: () => T): T {
    try {
      return decode()
    } catch (error) {
      if (error instanceof ArtemisError) throw error
      throw damaged(this.where, error instanceof Error ? error.message : String(error), error)
    }
  }

  #holds(range: ByteRange): boolean {
    return this.#fetched.some((fetched) => contains(fetched, range))
  }

  #bytesAt(offset: number, length: number): Uint8Array {
    const range = this.#rangeAt(offset, length)
    return range.bytes.subarray(offset - range.offset, offset - range.offset + length)
  }

  #rangeAt(offset: number, length: number): FetchedRange {
    const range = this.#fetched.find((fetched) => contains(fetched, { offset, length }))
    if (range === undefined) throw this.#notFetched()
    return range
  }

  #notFetched(): InternalError {
    return new InternalError({ code: 'COLUMN_NOT_FETCHED', message: `${this.where}: its bytes were not fetched before decoding` })
  }

  /** All pages of a chunk that is here as a whole. */
  #scan(): DataPage[] {
    if (this.#allPages !== undefined) return this.#allPages
    const { pages, valueCount } = this.metadata
    const bytes = this.#bytesAt(pages.offset, pages.length)
    const out: DataPage[] = []
    const isFlat = this.leaf.maxRepetitionLevel === 0
    let values = 0
    let rows = 0
    let known = true
    for (let position = 0; position < bytes.length && values < valueCount;) {
      const header = this.#header(bytes, position)
      const bodyStart = position + header.headerSize
      const body = bytes.subarray(bodyStart, bodyStart + header.compressedSize)
      if (body.length < header.compressedSize) throw damaged(this.where, 'a page is cut off by the end of its column chunk')
      position = bodyStart + header.compressedSize
      if (header.kind === 'dictionary') this.#setDictionary(header, body)
      if (header.kind !== 'data' && header.kind !== 'dataV2') continue
      const rowCount = isFlat ? header.valueCount : header.rowCount
      known &&= isFlat || header.kind === 'dataV2'
      out.push({ header, body, firstRow: known ? rows : -1, rowCount, kept: undefined })
      values += header.valueCount
      rows += rowCount
    }
    if (values !== valueCount) throw damaged(this.where, `its pages hold ${values} values, the footer says ${valueCount}`)
    if (isFlat && rows !== this.#rowCount) throw damaged(this.where, `its pages hold ${rows} rows, the row group ${this.#rowCount}`)
    this.#allPages = out
    return out
  }

  #locatedPage(page: PageLocation): DataPage {
    const { kept } = this.#rangeAt(page.offset, page.size)
    const bytes = this.#bytesAt(page.offset, page.size)
    const header = kept?.header ?? this.#header(bytes, 0)
    const body = bytes.subarray(header.headerSize, header.headerSize + header.compressedSize)
    const isData = header.kind === 'data' || header.kind === 'dataV2'
    if (!isData || body.length < header.compressedSize)
      throw damaged(this.where, `no data page at byte ${page.offset}, where the offset index has one`)
    if (this.leaf.maxRepetitionLevel === 0 && header.valueCount !== page.rowCount) {
      throw damaged(this.where, `a page of ${header.valueCount} rows, the offset index says ${page.rowCount}`)
    }
    return { header, body, firstRow: page.firstRow, rowCount: page.rowCount, kept }
  }

  #findDictionary(firstDataPage: number): void {
    const length = firstDataPage - this.metadata.pages.offset
    if (this.#rawDictionary !== undefined || length <= 0) return
    const { kept } = this.#rangeAt(this.metadata.pages.offset, length)
    const bytes = this.#bytesAt(this.metadata.pages.offset, length)
    const header = kept?.header ?? this.#header(bytes, 0)
    if (header.kind === 'dictionary')
      this.#setDictionary(header, bytes.subarray(header.headerSize, header.headerSize + header.compressedSize), kept)
  }

  #setDictionary(header: PageHeader, body: Uint8Array, kept?: KeptPage): void {
    if (this.#rawDictionary !== undefined) return
    let bytes = kept?.content
    if (bytes === undefined) {
      const content = this.#uncompress(header, body)
      kept?.uncompressed(content)
      // A copy, since what uncompress gives may be memory that is used again; the slice of a Buffer would be no copy.
      bytes = kept?.content ?? new Uint8Array(content)
    }
    this.#rawDictionary = { bytes, valueCount: header.valueCount }
  }

  #header(bytes: Uint8Array, position: number): PageHeader {
    const header = readPageHeader(bytes, position, this.where)
    const limit = Math.max(SMALL_PAGE, this.metadata.uncompressedSize, header.compressedSize * BEST_RATIO)
    if (header.uncompressedSize > limit)
      throw damaged(this.where, `a page of ${header.uncompressedSize} bytes in a chunk of ${this.metadata.uncompressedSize}`)
    if (header.kind === 'dictionary' && header.valueCount > header.uncompressedSize && this.leaf.typeLength > 0) {
      throw damaged(this.where, `a dictionary of ${header.valueCount} values in ${header.uncompressedSize} bytes`)
    }
    if (header.valueCount > this.metadata.valueCount && header.kind !== 'dictionary') {
      throw damaged(this.where, `a page of ${header.valueCount} values in a chunk of ${this.metadata.valueCount}`)
    }
    return header
  }
}

function contains(outer: ByteRange, inner: ByteRange): boolean {
  return outer.offset <= inner.offset && inner.offset + inner.length <= outer.offset + outer.length
}
