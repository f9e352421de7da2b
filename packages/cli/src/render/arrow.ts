/** The Arrow IPC stream format. */

import type { Schema } from '@artemis/engine'
import { ConfigError } from '@artemis/errors'
import { StreamEncoder } from '@artemis/engine'
import type { Output } from '../output/output.js'
import type { Renderer } from './renderer.js'

export function arrowRenderer(output: Output): Renderer {
  let encoder: StreamEncoder | undefined
  const write = async (chunks: Iterable<Uint8Array>): Promise<void> => {
    for (const chunk of chunks) await output.write(chunk)
  }
  return {
    async begin(schema: Schema) {
      if (output.isTerminal) {
        throw new ConfigError({
          code: 'BINARY_TO_TERMINAL',
          message: 'the arrow format is binary',
          hint: 'Use --output FILE, or pipe it on.',
        })
      }
      encoder = new StreamEncoder(schema)
      await output.write(encoder.start())
    },
    batch: (batch) => write(encoder!.batch(batch)),
    end: () => output.write(encoder!.end()),
  }
}
