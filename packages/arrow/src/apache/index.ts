export { fromArrowField, fromArrowSchema, toArrowField, toArrowSchema, toArrowType } from './apache-schema.js'
export { toRecordBatch } from './to-apache.js'
export type { ToApacheOptions } from './to-apache.js'
export { fromRecordBatch } from './from-apache.js'
