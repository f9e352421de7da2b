/** CSV (RFC 4180, lines end with LF) and TSV, row by row as the result streams. */

import type { Batch, Schema } from '@artemis/engine'
import { formatVector, timeZoneOffset } from '@artemis/engine'
import type { Output } from '../output/output.js'
import type { RenderOptions, Renderer } from './renderer.js'

/** Text is handed on in pieces of about this many characters. */
const CHUNK = 64 * 1024

interface Dialect {
  readonly separator: string
  readonly nullText: string
  readonly quote: (text: string) => string
}

export function csvRenderer(output: Output, options: RenderOptions): Renderer {
  const nullText = options.nullText ?? ''
  return new DelimitedRenderer(output, options, { separator: ',', nullText, quote: (text) => quoteCsv(text, nullText) })
}

/** As COPY's text format has it: tabs, line breaks and backslashes in values are escaped with a backslash, and NULL is `\N`. */
export function tsvRenderer(output: Output, options: RenderOptions): Renderer {
  return new DelimitedRenderer(output, options, { separator: '\t', nullText: options.nullText ?? String.raw`\N`, quote: escapeTsv })
}

class DelimitedRenderer implements Renderer {
  readonly #output: Output
  readonly #options: RenderOptions
  readonly #dialect: Dialect

  constructor(output: Output, options: RenderOptions, dialect: Dialect) {
    this.#output = output
    this.#options = options
    this.#dialect = dialect
  }

  async begin(schema: Schema): Promise<void> {
    if (!this.#options.header) return
    const { quote, separator } = this.#dialect
    await this.#output.write(`${schema.fields.map((field) => quote(field.name)).join(separator)}\n`)
  }

  async batch(batch: Batch): Promise<void> {
    const { quote, separator, nullText } = this.#dialect
    const zone = timeZoneOffset(this.#options.timeZone)
    const columns = batch.columns().map((vector) => formatVector(vector, { zone }))
    let text = ''
    for (let row = 0; row < batch.rowCount; row++) {
      for (let i = 0; i < columns.length; i++) {
        const value = columns[i]![row]!
        if (i > 0) text += separator
        text += value === null ? nullText : quote(value)
      }
      text += '\n'
      if (text.length >= CHUNK) {
        await this.#output.write(text)
        text = ''
      }
    }
    if (text !== '') await this.#output.write(text)
  }

  end(): Promise<void> {
    return Promise.resolve()
  }
}

/** What reads as NULL, and the empty text, is quoted, so that it differs from NULL. */
function quoteCsv(text: string, nullText: string): string {
  return text === '' || text === nullText || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const TSV_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function escapeTsv(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (character) => TSV_ESCAPES[character]!) : text
}
