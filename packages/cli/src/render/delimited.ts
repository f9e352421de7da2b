/** CSV (RFC 4180) and TSV, row by row as the result streams. */

import type { Batch, Schema } from '@artemis/engine'
import { formatVector, timeZoneOffset } from '@artemis/engine'
import type { Output } from '../output.js'
import type { RenderOptions, Renderer } from './renderer.js'

/** Text is handed on in pieces of about this many characters. */
const CHUNK = 64 * 1024

export function csvRenderer(output: Output, options: RenderOptions): Renderer {
  return new DelimitedRenderer(output, options, ',', quoteCsv)
}

/** Tabs, line feeds and backslashes in values are escaped with a backslash, as in COPY's text format. */
export function tsvRenderer(output: Output, options: RenderOptions): Renderer {
  return new DelimitedRenderer(output, options, '\t', escapeTsv)
}

class DelimitedRenderer implements Renderer {
  readonly #output: Output
  readonly #options: RenderOptions
  readonly #separator: string
  readonly #quote: (text: string) => string

  constructor(output: Output, options: RenderOptions, separator: string, quote: (text: string) => string) {
    this.#output = output
    this.#options = options
    this.#separator = separator
    this.#quote = quote
  }

  async begin(schema: Schema): Promise<void> {
    if (!this.#options.header) return
    await this.#output.write(`${schema.fields.map((field) => this.#quote(field.name)).join(this.#separator)}\n`)
  }

  async batch(batch: Batch): Promise<void> {
    const zone = timeZoneOffset(this.#options.timeZone)
    const nullText = this.#options.nullText ?? ''
    const columns = batch.columns().map((vector) => formatVector(vector, { zone }))
    let text = ''
    for (let row = 0; row < batch.rowCount; row++) {
      for (let i = 0; i < columns.length; i++) {
        const value = columns[i]![row]!
        if (i > 0) text += this.#separator
        text += value === null ? nullText : this.#quote(value)
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

/** An empty text is quoted, so that it differs from NULL. */
function quoteCsv(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const TSV_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function escapeTsv(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (character) => TSV_ESCAPES[character]!) : text
}
