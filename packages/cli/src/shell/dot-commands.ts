/** The few commands of the prompt that are not SQL; most stand for a SQL statement. */

import { didYouMean } from '@artemis/errors'

export type DotCommand = 'exit' | { readonly kind: 'sql'; readonly sql: string } | { readonly kind: 'message'; readonly text: string }

const HELP = `Statements end with a semicolon. Ctrl-C cancels a query or drops the line, Ctrl-D leaves.
  .tables [SCHEMA]   tables (SHOW TABLES IN …)         \\dt
  .schemas           schemas (SHOW SCHEMAS)            \\dn
  .describe TABLE    columns of a table (DESCRIBE …)   \\d TABLE
  .settings          settings (SHOW ALL)
  .exit              leave                             \\q, exit, quit`

const NAMES = ['.tables', '.schemas', '.describe', '.settings', '.help', '.exit', '.quit']

/** The command on a line, or undefined when the line is SQL. */
export function dotCommand(line: string): DotCommand | undefined {
  const [name = '', ...rest] = line.trim().replace(/;$/, '').split(/\s+/)
  const argument = rest.join(' ')
  switch (name.toLowerCase()) {
    case '.exit':
    case '.quit':
    case '\\q':
    case 'exit':
    case 'quit':
      return 'exit'
    case '.help':
    case '\\?':
    case '\\h':
      return { kind: 'message', text: HELP }
    case '.tables':
    case '\\dt':
      return { kind: 'sql', sql: argument === '' ? 'SHOW TABLES' : `SHOW TABLES IN ${argument}` }
    case '.schemas':
    case '\\dn':
      return { kind: 'sql', sql: 'SHOW SCHEMAS' }
    case '.describe':
    case '\\d':
      return { kind: 'sql', sql: argument === '' ? 'SHOW TABLES' : `DESCRIBE ${argument}` }
    case '.settings':
      return { kind: 'sql', sql: 'SHOW ALL' }
    default:
      if (!name.startsWith('.') && !name.startsWith('\\')) return undefined
      return { kind: 'message', text: `there is no command ${name}. ${didYouMean(name, NAMES) ?? '.help lists the commands.'}` }
  }
}
