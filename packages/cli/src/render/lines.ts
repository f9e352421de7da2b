/** The lines of an EXPLAIN as they are: a frame would only cut them. */

import { formatVector } from '@artemis/engine'
import type { Output } from '../output/output.js'
import type { Renderer } from './renderer.js'

export function linesRenderer(output: Output): Renderer {
  return {
    begin: () => Promise.resolve(),
    batch: (batch) =>
      output.write(
        formatVector(batch.column(0))
          .map((line) => `${line}\n`)
          .join(''),
      ),
    end: () => Promise.resolve(),
  }
}
