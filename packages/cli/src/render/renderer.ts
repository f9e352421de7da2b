import type { Batch, Schema } from '@artemis/engine'
import type { Output } from '../output/output.js'

export const FORMATS = ['table', 'csv', 'tsv', 'json', 'ndjson', 'markdown', 'arrow'] as const
export type Format = (typeof FORMATS)[number]

export interface RenderOptions {
  /** Text of NULL; each format has its own default. */
  readonly nullText?: string | undefined
  readonly header: boolean
  /** Rows that a table shows at most (may be infinite), and columns of text that a line may take. */
  readonly maxRows: number
  readonly maxWidth: number | undefined
  /** IANA name: instants are shown in this zone. */
  readonly timeZone: string
}

export interface ResultSummary {
  readonly rowCount: number
  readonly elapsedMs: number
}

/** Writes one result as it streams. Formats that need widths keep only the rows they show. */
export interface Renderer {
  begin(schema: Schema): Promise<void>
  batch(batch: Batch): Promise<void>
  end(summary: ResultSummary): Promise<void>
}

export type RendererFactory = (output: Output, options: RenderOptions) => Renderer
