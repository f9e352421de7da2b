/** The few commands of the prompt that are not SQL; most stand for a SQL statement. */

import { didYouMean } from '@artemis/errors'
import { FORMATS } from '../render/renderer.js'
import type { View } from './run-script.js'

export type DotCommand =
  | { readonly kind: 'exit' }
  | { readonly kind: 'sql'; readonly sql: string }
  | { readonly kind: 'read'; readonly path: string }
  | { readonly kind: 'view'; readonly view: Partial<View> }
  | { readonly kind: 'message'; readonly text: string }

const HELP = `Statements end with a semicolon. Ctrl-C cancels a query or drops the line, Ctrl-D leaves.
  .tables [SCHEMA]     tables, of all schemas or of one       \\dt
  .schemas             schemas of all catalogs                \\dn
  .describe TABLE      columns of a table                     \\d TABLE, .schema TABLE
  .mode FORMAT         ${FORMATS.join(', ')}
  .maxrows N           rows that a table shows, 0 for all
  .read FILE           run a script                           \\i FILE
  .settings            settings and their values
  .help                this                                   \\?
  .exit                leave                                  \\q, exit, quit
Try: SELECT * FROM artemis.sda.observations LIMIT 5;`

const ALL_TABLES = `SELECT table_catalog AS catalog, table_schema AS schema, table_name AS name, table_type AS type
FROM information_schema.tables WHERE table_schema <> 'information_schema' ORDER BY 1, 2, 3`

const NAMES = ['.tables', '.schemas', '.describe', '.schema', '.mode', '.maxrows', '.read', '.settings', '.help', '.exit', '.quit']

/** The command on a line, or undefined when the line is SQL. */
export function dotCommand(line: string): DotCommand | undefined {
  const [name = '', ...rest] = line.trim().replace(/\s*;$/, '').split(/\s+/)
  const argument = rest.join(' ')
  switch (name.toLowerCase()) {
    case '.exit':
    case '.quit':
    case '\\q':
      return { kind: 'exit' }
    case 'exit':
    case 'quit':
      return argument === '' ? { kind: 'exit' } : undefined
    case 'help':
      return argument === '' ? { kind: 'message', text: HELP } : undefined
    case '.help':
    case '\\?':
    case '\\h':
    case '?':
      return { kind: 'message', text: HELP }
    case '.tables':
    case '\\dt':
      return { kind: 'sql', sql: argument === '' ? ALL_TABLES : `SHOW TABLES IN ${argument}` }
    case '.schemas':
    case '\\dn':
      return { kind: 'sql', sql: 'SHOW SCHEMAS' }
    case '.describe':
    case '.schema':
    case '\\d':
      return { kind: 'sql', sql: argument === '' ? ALL_TABLES : `DESCRIBE ${argument}` }
    case '.settings':
      return { kind: 'sql', sql: 'SHOW ALL' }
    case '.read':
    case '\\i':
      return argument === '' ? usage('.read FILE') : { kind: 'read', path: argument.replace(/^(['"])(.*)\1$/, '$2') }
    case '.mode':
      return mode(argument)
    case '.maxrows':
      if (!/^\d+$/.test(argument)) return usage('.maxrows N, 0 for all')
      return { kind: 'view', view: { maxRows: argument === '0' ? Number.POSITIVE_INFINITY : Number(argument) } }
    default:
      if (!/^[.\\][a-z?]/i.test(name)) return undefined
      return { kind: 'message', text: `there is no command ${name}. ${didYouMean(name, NAMES) ?? '.help lists the commands.'}` }
  }
}

function mode(name: string): DotCommand {
  const format = FORMATS.find((known) => known === name.toLowerCase())
  return format === undefined ? usage(`.mode ${FORMATS.join('|')}`) : { kind: 'view', view: { format } }
}

function usage(text: string): DotCommand {
  return { kind: 'message', text: `usage: ${text}` }
}
