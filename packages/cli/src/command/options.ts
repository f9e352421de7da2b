/** The flags of artemis-sql. */

import path from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { Format } from '../render/renderer.js'
import { FORMATS } from '../render/renderer.js'
import type { ColorMode } from '../terminal/color.js'
import { COLOR_MODES } from '../terminal/color.js'
import type { Streams } from '../terminal/streams.js'
import type { RemoteFlags, RemoteTarget } from './remote-options.js'
import { addRemoteOptions, conflictWithRemote, remoteTarget } from './remote-options.js'
import type { ScriptSource } from './scripts.js'

export interface CliOptions {
  /** What to run, in the order it was given. */
  readonly sources: readonly ScriptSource[]
  readonly warehouse: string | undefined
  /** The server that runs the statements instead of this process. */
  readonly remote: RemoteTarget | undefined
  readonly format: Format
  readonly output: string | undefined
  readonly header: boolean
  readonly nullText: string | undefined
  readonly maxRows: number
  readonly maxWidth: number | undefined
  readonly syntaxCheck: boolean
  readonly bail: boolean
  readonly settings: readonly (readonly [name: string, value: string])[]
  readonly history: boolean
  readonly progress: boolean
  readonly color: ColorMode
}

/** What to do: run with options, or leave at once with an exit code (after --help, or a mistake that was told). */
export type ParsedArguments = { readonly kind: 'run'; readonly options: CliOptions } | { readonly kind: 'exit'; readonly code: number }

interface Flags extends RemoteFlags {
  warehouse?: string
  format?: Format
  output?: string
  header: boolean
  null?: string
  maxrows: number
  maxwidth?: number
  syntaxCheck?: boolean
  bail: boolean
  memoryLimit?: string
  tempDir?: string
  diskLimit?: string
  history: boolean
  progress: boolean
  color: ColorMode
}

/** Flags that may come several times. */
interface Repeated {
  readonly sources: ScriptSource[]
  readonly settings: (readonly [string, string])[]
}

const EXAMPLES = `
Examples:
  artemis-sql -w DIR                                     open a prompt
  artemis-sql -w DIR -q "SHOW TABLES IN artemis.sda"     run a query
  artemis-sql -w DIR -f report.sql -o report.csv         run a script into a file
  artemis-sql -w DIR --format ndjson < query.sql | jq    read a script from a pipe
  artemis-sql --remote grpc+tls://archive:8815           open a prompt on a server

Exit code: 0, 1 after an error in a query, 2 for wrong usage or a server that does
not answer or refuses its caller, 130 when interrupted.`

export function parseArguments(args: readonly string[], version: string, streams: Pick<Streams, 'stdout' | 'stderr'>): ParsedArguments {
  const repeated: Repeated = { sources: [], settings: [] }
  const program = makeCommand(version, repeated).configureOutput({
    writeOut: (text) => streams.stdout.write(text),
    writeErr: (text) => streams.stderr.write(text),
  })
  try {
    program.parse(args, { from: 'user' })
    const [excess] = program.args
    if (excess !== undefined) program.error(`error: unexpected argument '${excess}': a query goes with --query, a script with --file`)
    const conflict = conflictWithRemote(program)
    if (conflict !== undefined) program.error(`error: ${conflict}`)
  } catch (error) {
    if (error instanceof CommanderError) return { kind: 'exit', code: error.exitCode === 0 ? 0 : 2 }
    throw error
  }
  const flags = program.opts<Flags>()
  const remote = remoteTarget(program)
  const limits: [string, string | undefined][] = [
    ['artemis.memory_limit', flags.memoryLimit],
    ['artemis.temp_directory', flags.tempDir],
    ['artemis.disk_limit', flags.diskLimit],
  ]
  return {
    kind: 'run',
    options: {
      sources: repeated.sources,
      warehouse: remote === undefined ? flags.warehouse : undefined,
      remote,
      format: flags.format ?? formatOfFile(flags.output) ?? 'table',
      output: flags.output,
      header: flags.header,
      nullText: flags.null,
      maxRows: flags.maxrows === 0 ? Number.POSITIVE_INFINITY : flags.maxrows,
      maxWidth: flags.maxwidth,
      syntaxCheck: flags.syntaxCheck === true,
      bail: flags.bail,
      settings: [...limits.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])), ...repeated.settings],
      history: flags.history,
      progress: flags.progress,
      color: flags.color,
    },
  }
}

function makeCommand(version: string, { sources, settings }: Repeated): Command {
  const query = (text: string): void => void sources.push({ kind: 'query', text })
  const file = (place: string): void => void sources.push(place === '-' ? { kind: 'stdin' } : { kind: 'file', path: place })
  const setting = (text: string): void => void settings.push(splitSetting(text))
  const command = new Command('artemis-sql')
    .usage('[options]')
    .description('SQL over Iceberg archives. Without a query, a file or a script on standard input it opens a prompt.')
    .exitOverride()
    .showHelpAfterError('Try artemis-sql --help.')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(true)
    .optionsGroup('What to run:')
    .addOption(new Option('-q, --query <sql>', 'run this and leave (repeatable)').argParser(query))
    .addOption(new Option('-c, --command <sql>', 'the same as --query').hideHelp().argParser(query))
    .addOption(new Option('-f, --file <path>', 'run a script and leave (repeatable; - is standard input)').argParser(file))
    .option('--syntax-check', 'only parse, and tell every error with its place')
    .option('--no-bail', 'go on with the next statement after an error')
    .optionsGroup('Where:')
    .addOption(
      new Option('-w, --warehouse <dir>', 'open the archive in this folder (or sqlite:FILE) as catalog "artemis"').env('ARTEMIS_WAREHOUSE'),
    )
    .addOption(new Option('--set <name=value>', 'set a setting (repeatable; SHOW ALL lists them)').argParser(setting))
    .option('--memory-limit <size>', 'bytes that queries may hold before they spill, such as 512MB')
    .option('--temp-dir <dir>', 'where spill files go')
    .option('--disk-limit <size>', 'bytes that a query may spill')
  return addRemoteOptions(command)
    .optionsGroup('Results:')
    .addOption(new Option('--format <format>', `${FORMATS.join(', ')} (default: table, or by the name of --output)`).argParser(parseFormat))
    .option('-o, --output <file>', 'write results to a file; a failure leaves it as it was')
    .option('--no-header', 'leave out the column names')
    .option('--null <text>', 'how NULL is written')
    .addOption(new Option('--maxrows <n>', 'rows that a table shows, 0 for all').argParser((text) => wholeNumber(text, 0)).default(40))
    .addOption(
      new Option('--maxwidth <n>', 'columns of text that a table may take (default: the terminal)').argParser((text) =>
        wholeNumber(text, 1),
      ),
    )
    .optionsGroup('The prompt and the terminal:')
    .addOption(new Option('--color <when>', 'colours of errors').choices(COLOR_MODES).default('auto'))
    .option('--no-progress', 'do not tell what a long query has done so far')
    .option('--no-history', 'keep no history of the prompt')
    .optionsGroup('Other:')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
}

function parseFormat(text: string): Format {
  const format = FORMATS.find((name) => name === text.toLowerCase())
  if (format === undefined) throw new InvalidArgumentError(`It is one of ${FORMATS.join(', ')}.`)
  return format
}

const EXTENSIONS: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.md': 'markdown',
  '.arrow': 'arrow',
  '.arrows': 'arrow',
}

function formatOfFile(file: string | undefined): Format | undefined {
  return file === undefined ? undefined : EXTENSIONS[path.extname(file).toLowerCase()]
}

function wholeNumber(text: string, minimum: number): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < minimum) throw new InvalidArgumentError(`It takes a whole number from ${minimum}.`)
  return number
}

function splitSetting(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It takes name=value.')
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}
