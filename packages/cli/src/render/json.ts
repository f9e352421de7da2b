/** JSON: one array, or an object a line. BIGINT and DECIMAL are numbers in the text: JSON sets no limit to their digits. */

import type { Batch, RowValue } from '@artemis/engine'
import { batchToRows } from '@artemis/engine'
import type { DataType } from '@artemis/engine'
import type { Output } from '../output.js'
import type { RenderOptions, Renderer } from './renderer.js'

export function ndjsonRenderer(output: Output, options: RenderOptions): Renderer {
  return {
    begin: () => Promise.resolve(),
    async batch(batch) {
      await output.write(rowTexts(batch, options).map((text) => `${text}\n`).join(''))
    },
    end: () => Promise.resolve(),
  }
}

export function jsonRenderer(output: Output, options: RenderOptions): Renderer {
  let first = true
  return {
    begin: () => output.write('['),
    async batch(batch) {
      const rows = rowTexts(batch, options)
      if (rows.length === 0) return
      await output.write(`${first ? '\n' : ',\n'}${rows.join(',\n')}`)
      first = false
    },
    end: () => output.write(first ? ']\n' : '\n]\n'),
  }
}

function rowTexts(batch: Batch, options: RenderOptions): string[] {
  const types = batch.schema.fields.map((field) => field.type)
  return batchToRows(batch, options.timeZone).map((row) => {
    const parts = Object.entries(row).map(([name, value], i) => `${JSON.stringify(name)}:${valueText(types[i]!, value)}`)
    return `{${parts.join(',')}}`
  })
}

/** JSON has no NaN and no infinity: they become text, so that they are not lost. */
function valueText(type: DataType, value: RowValue): string {
  if (value === null) return 'null'
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : JSON.stringify(String(value))
  if (type.kind === 'decimal' && typeof value === 'string') return value
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

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value)
}
