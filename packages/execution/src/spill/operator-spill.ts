/** One operator's use of the query's spill files: counted in its metrics, removed when the operator closes. */

import type { Batch, Schema } from '@artemis/arrow'
import type { OperatorMetrics } from '../metrics.js'
import { METRIC } from '../metrics.js'
import type { SpillFile } from './spill-file.js'
import type { SpillManager } from './spill-manager.js'

export interface OperatorSpill {
  /** Says that memory was refused and data goes to disk, once for each time that this happens. */
  begin(): void
  createFile(schema: Schema): Promise<SpillFile>
  append(file: SpillFile, batch: Batch): Promise<void>
  /** Removes the files that are still there. */
  close(): Promise<void>
}

export function trackSpill(manager: SpillManager, metrics: OperatorMetrics): OperatorSpill {
  const files = new Set<SpillFile>()
  return {
    begin: () => metrics.add(METRIC.spillCount, 1),
    createFile: async (schema) => {
      const file = await manager.createFile(schema)
      files.add(file)
      return file
    },
    append: async (file, batch) => {
      const before = file.bytes
      await file.append(batch)
      metrics.add(METRIC.spilledBytes, file.bytes - before)
      metrics.add(METRIC.spilledRows, batch.rowCount)
    },
    close: async () => {
      await Promise.all([...files].map((file) => file.remove()))
    },
  }
}
