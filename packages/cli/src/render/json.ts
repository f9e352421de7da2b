/**
 * JSON: one array, or an object a line. BIGINT and DECIMAL are numbers in the text: JSON sets no limit to their digits. It has
 * no NaN and no infinity: they become the texts "NaN", "Infinity" and "-Infinity", so that they are not lost. BLOB is base64.
 */

import type { Batch, DataType, RowValue, Schema } from '@artemis/engine'
import { batchToRows, formatVector, timeZoneOffset } from '@artemis/engine'
import type { Output } from '../output/output.js'
import type { RenderOptions, Renderer } from './renderer.js'

/** Text is handed on in pieces of about this many characters. */
const CHUNK = 64 * 1024

export function ndjsonRenderer(output: Output, options: RenderOptions): Renderer {
  return new JsonRenderer(output, options, { open: '', before: '', between: '', after: '\n', close: '', closeEmpty: '' })
}

export function jsonRenderer(output: Output, options: RenderOptions): Renderer {
  return new JsonRenderer(output, options, { open: '[', before: '\n', between: ',\n', after: '', close: '\n]\n', closeEmpty: ']\n' })
}

/** What stands around the objects. */
interface Layout {
  readonly open: string
  readonly before: string
  readonly between: string
  readonly after: string
  readonly close: string
  readonly closeEmpty: string
}

class JsonRenderer implements Renderer {
  readonly #output: Output
  readonly #zone: ReturnType<typeof timeZoneOffset>
  readonly #timeZone: string
  readonly #layout: Layout
  #keys: readonly string[] = []
  #isEmpty = true

  constructor(output: Output, options: RenderOptions, layout: Layout) {
    this.#output = output
    this.#zone = timeZoneOffset(options.timeZone)
    this.#timeZone = options.timeZone
    this.#layout = layout
  }

  async begin(schema: Schema): Promise<void> {
    this.#keys = uniqueNames(schema.fields.map((field) => field.name)).map((name) => `${JSON.stringify(name)}:`)
    if (this.#layout.open !== '') await this.#output.write(this.#layout.open)
  }

  async batch(batch: Batch): Promise<void> {
    const { before, between, after } = this.#layout
    const columns = this.#keys.map((_, i) => this.#columnTexts(batch, i))
    let text = ''
    for (let row = 0; row < batch.rowCount; row++) {
      text += this.#isEmpty ? `${before}{` : `${between}{`
      this.#isEmpty = false
      for (let i = 0; i < columns.length; i++) text += (i > 0 ? ',' : '') + this.#keys[i]! + columns[i]![row]!
      text += `}${after}`
      if (text.length >= CHUNK) {
        await this.#output.write(text)
        text = ''
      }
    }
    if (text !== '') await this.#output.write(text)
  }

  async end(): Promise<void> {
    const { close, closeEmpty } = this.#layout
    const text = this.#isEmpty ? closeEmpty : close
    if (text !== '') await this.#output.write(text)
  }

  /** Plain values straight from the column's text, nested and binary ones through their row values. */
  #columnTexts(batch: Batch, index: number): readonly string[] {
    const { type } = batch.schema.fields[index]!
    const vector = batch.column(index)
    switch (type.kind) {
      case 'bool':
      case 'int8':
      case 'int16':
      case 'int32':
      case 'int64':
      case 'uint8':
      case 'uint16':
      case 'uint32':
      case 'uint64':
        return formatVector(vector).map((text) => text ?? 'null')
      case 'decimal':
        return formatVector(vector).map((text) => (text === null ? 'null' : decimalText(text)))
      case 'float32':
      case 'float64':
        return formatVector(vector).map((text) => (text === null ? 'null' : floatText(text)))
      case 'list':
      case 'struct':
      case 'map':
      case 'binary':
      case 'fixed_size_binary': {
        const only = batch.project({ fields: [{ ...batch.schema.fields[index]!, name: 'value' }] }, [index])
        return batchToRows(only, this.#timeZone).map((row) => valueText(type, row['value']!))
      }
      default:
        return formatVector(vector, { zone: this.#zone }).map((text) => (text === null ? 'null' : JSON.stringify(text)))
    }
  }
}

function valueText(type: DataType, value: RowValue): string {
  if (value === null) return 'null'
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return numberText(value)
  if (type.kind === 'decimal' && typeof value === 'string') return decimalText(value)
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'))
  if (Array.isArray(value) && type.kind === 'list') return `[${value.map((item) => valueText(type.element.type, item)).join(',')}]`
  if (value instanceof Map && type.kind === 'map') {
    const entries = Array.from(value, ([key, item]) => `${JSON.stringify(String(key))}:${valueText(type.value.type, item)}`)
    return `{${entries.join(',')}}`
  }
  if (type.kind === 'struct') {
    const object = value as Record<string, RowValue>
    return `{${type.fields.map((field) => `${JSON.stringify(field.name)}:${valueText(field.type, object[field.name] ?? null)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

/** JSON wants a digit before the point, which the text of a DECIMAL(2, 2) lacks. */
function decimalText(text: string): string {
  return text.replace(/^(-?)\./, '$10.')
}

function floatText(text: string): string {
  switch (text) {
    case 'nan':
      return '"NaN"'
    case 'inf':
      return '"Infinity"'
    case '-inf':
      return '"-Infinity"'
    default:
      return text
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return JSON.stringify(String(value))
  return Object.is(value, -0) ? '-0.0' : String(value)
}

/** Keys of an object must differ: a second `n` becomes `n_1`. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let unique = name
    for (let i = 1; taken.has(unique); i++) unique = `${name}_${i}`
    taken.add(unique)
    return unique
  })
}
