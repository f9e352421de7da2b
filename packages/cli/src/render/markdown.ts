/** A Markdown table, streamed: columns are not padded, since that would need all rows first. */

import { formatVector, isRightAligned, timeZoneOffset } from '@artemis/engine'
import type { Output } from '../output/output.js'
import type { RenderOptions, Renderer } from './renderer.js'

export function markdownRenderer(output: Output, options: RenderOptions): Renderer {
  const zone = timeZoneOffset(options.timeZone)
  const nullText = escape(options.nullText ?? 'NULL')
  return {
    async begin(schema) {
      if (schema.fields.length === 0) return
      const names = schema.fields.map((field) => escape(field.name))
      const rules = schema.fields.map((field) => (isRightAligned(field.type) ? '---:' : '---'))
      await output.write(`${line(names)}${line(rules)}`)
    },
    async batch(batch) {
      const columns = batch.columns().map((vector) => formatVector(vector, { zone }))
      let text = ''
      for (let row = 0; row < batch.rowCount; row++) {
        text += line(
          columns.map((column) => {
            const value = column[row]!
            return value === null ? nullText : escape(value)
          }),
        )
      }
      if (text !== '') await output.write(text)
    },
    end: () => Promise.resolve(),
  }
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

/** What Markdown or HTML would take for markup: values must show as they are. */
function escape(text: string): string {
  return text
    .replaceAll(/[\\`*|[\]~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/\r\n|\r|\n/g, '<br>')
}
