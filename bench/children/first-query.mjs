/** Prints the milliseconds of the first query of a process; loading the code is not counted. */

import { Artemis } from '../engines/artemis.mjs'

const [warehouse, sql] = process.argv.slice(2)
const engine = await Artemis.open(warehouse)
const start = performance.now()
await engine.run(sql)
console.log(performance.now() - start)
