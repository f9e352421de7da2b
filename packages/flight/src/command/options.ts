/** The words and flags of artemis-flight. Flags of the configuration are made from its definitions. */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { OutputConfiguration } from 'commander'
import type { ConfigKey } from '../operations/config/definitions.js'
import { CONFIG_KEYS, definitionOf, flagOf } from '../operations/config/definitions.js'
import type { Streams } from './streams.js'

/** Where the configuration comes from, as the command line says. */
export interface ConfigFlags {
  readonly file: string | undefined
  readonly flags: Partial<Record<ConfigKey, readonly string[]>>
}

export interface TokenCreateOptions {
  readonly name: string
  readonly expires: string
  readonly scopes: string
  readonly requestsPerSecond: number | undefined
  readonly requestBurst: number | undefined
  readonly concurrentQueries: number | undefined
  readonly bytesPerSecond: number | undefined
}

export type ParsedCommand =
  | { readonly kind: 'serve'; readonly config: ConfigFlags }
  | { readonly kind: 'token_create'; readonly config: ConfigFlags; readonly token: TokenCreateOptions }
  | { readonly kind: 'token_list'; readonly config: ConfigFlags; readonly json: boolean }
  | { readonly kind: 'token_revoke'; readonly config: ConfigFlags; readonly idOrName: string }
  | { readonly kind: 'config_check'; readonly config: ConfigFlags }
  | { readonly kind: 'config_print'; readonly config: ConfigFlags }
  | { readonly kind: 'config_keys' }
  /** After --help, or a mistake that was told. */
  | { readonly kind: 'exit'; readonly code: number }

const SERVE_EXAMPLES = `
Examples:
  artemis-flight serve --warehouse ./archive             catalog "artemis" on 127.0.0.1:32010, for this machine
  artemis-flight serve --warehouse lake=./lake --warehouse ops=sqlite:ops.db
  artemis-flight serve --config flight.toml --host 0.0.0.0
  artemis-flight serve --config flight.toml --metrics-port 9464

Every flag is also a key of the file and a variable of the environment: artemis-flight config keys lists them.`

const EXAMPLES = `
Examples:
  artemis-flight serve --warehouse ./archive
  artemis-flight token create --name grafana --scope read:artemis.* --expires 90d
  artemis-flight token list
  artemis-flight token revoke grafana
  artemis-flight config check --config flight.toml

Exit code: 0, 1 when something failed, 2 for wrong usage or configuration, 130 or 143 when a second signal ended it.`

export function parseCommand(args: readonly string[], version: string, { stdout, stderr }: Streams): ParsedCommand {
  const output = { writeOut: (text: string) => void stdout.write(text), writeErr: (text: string) => void stderr.write(text) }
  const words = new CommandWords(output)
  const program = words.program(version)
  try {
    program.parse(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return { kind: 'exit', code: error.exitCode === 0 ? 0 : 2 }
    throw error
  }
  return words.parsed ?? { kind: 'exit', code: 2 }
}

class CommandWords {
  readonly #output: OutputConfiguration
  parsed: ParsedCommand | undefined

  constructor(output: OutputConfiguration) {
    this.#output = output
  }

  program(version: string): Command {
    const program = this.#command('artemis-flight')
      .description('Serves Iceberg archives over Arrow Flight and Flight SQL.')
      .version(version, '-V, --version', 'print the version')
      .addHelpText('after', EXAMPLES)
    program.addCommand(this.#serve())
    program.addCommand(this.#token())
    program.addCommand(this.#config())
    return program
  }

  #command(name: string): Command {
    // Descriptions tell their defaults themselves.
    const plain = { optionDescription: (option: Option) => option.description }
    const command = new Command(name).configureOutput(this.#output).configureHelp(plain).exitOverride()
    command.helpOption('-h, --help', 'print this').helpCommand(false)
    return command.showHelpAfterError(`Try artemis-flight ${name === 'artemis-flight' ? '' : '… '}--help.`)
  }

  #serve(): Command {
    const command = this.#command('serve').description('Serve until SIGTERM or SIGINT.')
    const config = withConfigFlags(command, CONFIG_KEYS)
    return command.addHelpText('after', SERVE_EXAMPLES).action(() => void (this.parsed = { kind: 'serve', config: config() }))
  }

  #token(): Command {
    const token = this.#command('token').description('Issue, list and revoke tokens. A running server follows at once.')
    const create = this.#command('create')
      .description('Issue a token. It is printed once, and only its hash is kept.')
      .requiredOption('--name <name>', 'who it is for')
      .addOption(new Option('--scope <scopes>', 'such as read:artemis.sda, write:memory or read:* (repeatable)').argParser(collect).makeOptionMandatory())
      .option('--expires <when>', 'a time from now such as 90d, 12h or 8w, a date, or never (default: 90d)', '90d')
      .addOption(new Option('--rate <n>', 'executions a second, instead of limits.requests_per_second').argParser(positive))
      .addOption(new Option('--burst <n>', 'executions at once after a rest, instead of limits.request_burst').argParser(positive))
      .addOption(new Option('--concurrent <n>', 'executions that run at once, instead of limits.concurrent_queries').argParser(positive))
      .addOption(new Option('--bytes-per-second <n>', 'bytes of results a second, instead of limits.bytes_per_second').argParser(positive))
    const createConfig = withConfigFlags(create, TOKEN_KEYS)
    create.action((flags: CreateFlags) => {
      const { name, expires, rate, burst, concurrent, bytesPerSecond } = flags
      const limits = { requestsPerSecond: rate, requestBurst: burst, concurrentQueries: concurrent, bytesPerSecond }
      this.parsed = { kind: 'token_create', config: createConfig(), token: { name, expires, scopes: flags.scope.join(' '), ...limits } }
    })
    const list = this.#command('list').description('List tokens, without their secrets.').option('--json', 'a line of JSON for each')
    const listConfig = withConfigFlags(list, TOKEN_KEYS)
    list.action((flags: { json?: boolean }) => void (this.parsed = { kind: 'token_list', config: listConfig(), json: flags.json === true }))
    const revoke = this.#command('revoke').description('End a token. Its next call is refused.').argument('<id-or-name>', 'as token list shows it')
    const revokeConfig = withConfigFlags(revoke, TOKEN_KEYS)
    revoke.action((idOrName: string) => void (this.parsed = { kind: 'token_revoke', config: revokeConfig(), idOrName }))
    return token.addCommand(create).addCommand(list).addCommand(revoke)
  }

  #config(): Command {
    const config = this.#command('config').description('Look at the configuration.')
    const check = this.#command('check').description('Say whether the server would start with it, and how.')
    const checkConfig = withConfigFlags(check, CONFIG_KEYS)
    check.action(() => void (this.parsed = { kind: 'config_check', config: checkConfig() }))
    const print = this.#command('print').description('Print the whole configuration as a file, with the origin of each value.')
    const printConfig = withConfigFlags(print, CONFIG_KEYS)
    print.action(() => void (this.parsed = { kind: 'config_print', config: printConfig() }))
    const keys = this.#command('keys').description('List all keys, flags and variables.').action(() => void (this.parsed = { kind: 'config_keys' }))
    return config.addCommand(check).addCommand(print).addCommand(keys)
  }
}

/** What tells where the token file is. */
const TOKEN_KEYS: readonly ConfigKey[] = ['state.directory', 'auth.tokens']

interface CreateFlags {
  readonly name: string
  readonly scope: readonly string[]
  readonly expires: string
  readonly rate?: number
  readonly burst?: number
  readonly concurrent?: number
  readonly bytesPerSecond?: number
}

/** Adds `--config` and a flag for each of the keys; the function gives what was said once the line is parsed. */
function withConfigFlags(command: Command, keys: readonly ConfigKey[]): () => ConfigFlags {
  const flags: Partial<Record<ConfigKey, string[]>> = {}
  let file: string | undefined
  command.addOption(new Option('-c, --config <file>', 'configuration file (TOML)').argParser((value: string) => void (file = value)))
  let section = ''
  for (const key of keys) {
    const { isSwitch, isRepeatable, description, defaultText } = definitionOf(key)
    const [group = key] = key.split('.')
    if (group !== section) command.optionsGroup(`${group}:`)
    section = group
    const form = isSwitch ? `--${flagOf(key)} [boolean]` : `--${flagOf(key)} <value>`
    const standard = isSwitch || defaultText === '' ? '' : ` (default: ${defaultText.replaceAll('`', '')})`
    const text = `${description.replaceAll('`', '')}${isRepeatable ? ' (repeatable)' : ''}${standard}`
    command.addOption(
      new Option(form, text).argParser((value: string | undefined) => {
        ;(flags[key] ??= []).push(value ?? 'true')
        return true
      }).preset('true'),
    )
  }
  command.optionsGroup('other:')
  return () => ({ file, flags })
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value]
}

function positive(text: string): number {
  const number = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || number <= 0) throw new InvalidArgumentError('It takes a number above 0.')
  return number
}
