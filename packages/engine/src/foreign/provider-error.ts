import { ArtemisError, ExecutionError } from '@artemis/errors'

/** The error of a table whose provider, the application's code, breaks what `TableProvider` promises. */
export function brokenProvider(table: string, what: string): ExecutionError {
  return new ExecutionError({
    code: 'TABLE_PROVIDER_INVALID',
    message: `the provider of table "${table}" ${what}`,
    hint: 'The mistake is in the code that was registered as this table.',
  })
}

/** What a provider threw. Errors of our own pass through, so that a provider may throw them. */
export function providerFailure(table: string, error: unknown): ArtemisError {
  if (error instanceof ArtemisError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new ExecutionError({ code: 'TABLE_PROVIDER_FAILED', message: `the provider of table "${table}" failed: ${message}`, cause: error })
}

/** Runs a provider's code; what it throws becomes {@link providerFailure}. */
export function guarded<T>(table: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw providerFailure(table, error)
  }
}
