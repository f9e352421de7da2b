export { emptyReport, runSlt } from './slt/runner.js'
export type { SltFailure, SltOptions, SltReport } from './slt/runner.js'
export { runSltCommand, sqliteSession } from './slt/command.js'
export { parseSlt } from './slt/records.js'
