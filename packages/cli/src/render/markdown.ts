/** A Markdown table, streamed: columns are not padded, since that would need all rows first. */

import { formatVector, isRightAligned, timeZoneOffset } from '@artemis/engine'
import type { Output } from '../output.js'
import type { RenderOptions, Renderer } from './renderer.js'

export function markdownRenderer(output: Output, options: RenderOptions): Renderer {
  return {
    async begin(schema) {
      const names = schema.fields.map((field) => escape(field.name))
      const rules = schema.fields.map((field) => (isRightAligned(field.type) ? '---:' : '---'))
      await output.write(`${line(names)}${line(rules)}`)
    },
    async batch(batch) {
      const zone = timeZoneOffset(options.timeZone)
      const columns = batch.columns().map((vector) => formatVector(vector, { zone }))
      const rows = Array.from({ length: batch.rowCount }, (_, row) => line(columns.map((column) => escape(column[row] ?? options.nullText ?? 'NULL'))))
      await output.write(rows.join(''))
    },
    end: () => Promise.resolve(),
  }
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll(/\r?\n/g, '<br>')
}
