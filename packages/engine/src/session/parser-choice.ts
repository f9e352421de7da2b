/** The parser that a session asks for; the second one is loaded only then. */

import type { SqlParser, Statement } from '@artemis/sql'
import { artemisParser, loadNodeSqlParser } from '@artemis/sql'
import type { Settings } from '../settings/settings.js'

/**
 * Parses with the session's parser. Statements that set settings always go to our own parser: otherwise a session that
 * chose the other one could not leave it.
 */
export async function parseWith(settings: Settings, text: string): Promise<{ readonly parser: SqlParser; readonly statements: readonly Statement[] }> {
  if (settings.get('parser') === 'artemis' || /^\s*(?:set|reset|show)\b/i.test(text)) return { parser: artemisParser, statements: artemisParser.parse(text) }
  const parser = await loadNodeSqlParser()
  return { parser, statements: parser.parse(text) }
}
