/** The command `artemis-flight`. */

import { createRequire } from 'node:module'
import { ArtemisError, ConfigError, renderError, unreachable } from '@artemis/errors'
import type { LoadedConfig } from '../operations/config/load.js'
import { loadConfig } from '../operations/config/load.js'
import { configKeys, configToml } from '../operations/config/reference.js'
import type { ConfigFlags, ParsedCommand } from './options.js'
import { parseCommand } from './options.js'
import type { Streams } from './streams.js'
import { createToken, listTokens, revokeToken } from './token-command.js'

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

/**
 * Runs the command. Returns its exit code: 0, also after a signal that the server followed in order; 1 when something
 * failed; 2 for wrong usage or configuration; 130 and 143 when a second signal cut the end short.
 */
export async function main(args: readonly string[], streams: Streams = process): Promise<number> {
  // A reader that has gone, as head does, wanted no more: that is no failure.
  streams.stdout.on('error', () => undefined)
  const command = parseCommand(args, version, streams)
  try {
    return await run(command, streams)
  } catch (error) {
    streams.stderr.write(`${error instanceof ArtemisError ? renderError(error) : `error: ${error instanceof Error ? error.message : String(error)}`}\n`)
    return error instanceof ConfigError ? 2 : 1
  }
}

async function run(command: ParsedCommand, streams: Streams): Promise<number> {
  switch (command.kind) {
    case 'exit':
      return command.code
    case 'serve': {
      // gRPC and the engine are most of what there is to load: the other words need neither.
      const { serve } = await import('./serve.js')
      return serve(load(command.config, streams), version, streams)
    }
    case 'token_create':
      return createToken(load(command.config, streams), command.token, streams)
    case 'token_list':
      return listTokens(load(command.config, streams), command.json, streams)
    case 'token_revoke':
      return revokeToken(load(command.config, streams), command.idOrName, streams)
    case 'config_check': {
      const { checkConfig } = await import('./config-command.js')
      return checkConfig(load(command.config, streams), streams)
    }
    case 'config_print': {
      const { config, origins } = load(command.config, streams)
      streams.stdout.write(configToml(config, origins))
      return 0
    }
    case 'config_keys':
      streams.stdout.write(configKeys())
      return 0
    default:
      return unreachable(command)
  }
}

function load({ file, flags }: ConfigFlags, { env, stderr }: Streams): LoadedConfig {
  const loaded = loadConfig({ file, flags, environment: env })
  for (const warning of loaded.warnings) stderr.write(`warning: ${warning}\n`)
  return loaded
}
