import { parseStatements } from '@artemis/sql'

/** The statements of a script, each as its own text. Throws the SyntaxError of the first that does not parse. */
export function splitStatements(text: string): string[] {
  return parseStatements(text).map((statement) => text.slice(statement.span.start, statement.span.end))
}
