import { arrowRenderer } from './arrow.js'
import { csvRenderer, tsvRenderer } from './delimited.js'
import { jsonRenderer, ndjsonRenderer } from './json.js'
import { markdownRenderer } from './markdown.js'
import type { Format, RendererFactory } from './renderer.js'
import { TableRenderer } from './table.js'

export const RENDERERS: Readonly<Record<Format, RendererFactory>> = {
  table: (output, options) => new TableRenderer(output, options),
  csv: csvRenderer,
  tsv: tsvRenderer,
  json: jsonRenderer,
  ndjson: ndjsonRenderer,
  markdown: markdownRenderer,
  arrow: arrowRenderer,
}
