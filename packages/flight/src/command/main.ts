/** The command `artemis-flight`. */

import { ConfigError } from '@artemis/errors'

/** Runs the command; returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return Promise.reject(new ConfigError({ code: 'UNKNOWN_COMMAND', message: `unknown command "${args[0] ?? ''}"` }))
}
