export { main } from './main.js'
export type { Streams } from './terminal/streams.js'
