/** Puts generated parts between their markers in docs/benchmarks.md and leaves the text around them alone. */

import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

const DOCUMENT = path.resolve(import.meta.dirname, '../../docs/benchmarks.md')

export async function writeDocument(environment, sections) {
  let text = await readFile(DOCUMENT, 'utf8')
  for (const [name, content] of [['environment', environment.join('\n\n')], ...sections]) {
    const [open, close] = [`<!-- figures: ${name} -->`, '<!-- end -->']
    const start = text.indexOf(open)
    const end = text.indexOf(close, start)
    if (start < 0 || end < 0) throw new Error(`docs/benchmarks.md has no part "${name}"`)
    text = `${text.slice(0, start + open.length)}\n${content}\n${text.slice(end)}`
  }
  await writeFile(DOCUMENT, text)
}
