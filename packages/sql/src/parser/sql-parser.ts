import type { Statement } from '../ast/index.js'
import { parseStatements } from './parse.js'

/** The port behind which a parser stands: the engine's own, or another for comparison (`SET artemis.parser = …`). */
export interface SqlParser {
  /** The name that the setting `artemis.parser` knows it by. */
  readonly name: string
  /**
   * All statements of the text. Throws `SyntaxError` for text that does not parse, and `UnsupportedError`, naming what it
   * met, for text that this parser cannot be trusted with.
   */
  readonly parse: (text: string) => readonly Statement[]
}

/** The engine's own parser, which reads the whole grammar. */
export const artemisParser: SqlParser = { name: 'artemis', parse: parseStatements }
