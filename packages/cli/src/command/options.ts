/** The flags of artemis-sql. */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { Format } from '../render/renderer.js'
import { FORMATS } from '../render/renderer.js'

export interface CliOptions {
  readonly queries: readonly string[]
  readonly files: readonly string[]
  readonly warehouse: string | undefined
  readonly format: Format | undefined
  readonly output: string | undefined
  readonly header: boolean
  readonly nullText: string | undefined
  readonly maxRows: number
  readonly maxWidth: number | undefined
  readonly syntaxCheck: boolean
  readonly bail: boolean
  readonly settings: readonly (readonly [name: string, value: string])[]
  readonly history: boolean
}

/** What to do: run with options, or leave at once with an exit code (after --help, or a mistake that was told). */
export type ParsedArguments = { readonly kind: 'run'; readonly options: CliOptions } | { readonly kind: 'exit'; readonly code: number }

interface Flags {
  query: string[]
  command: string[]
  file: string[]
  warehouse?: string
  format?: Format
  output?: string
  header: boolean
  null?: string
  maxrows: number
  maxwidth?: number
  syntaxCheck?: boolean
  bail: boolean
  set: string[]
  memoryLimit?: string
  tempDir?: string
  diskLimit?: string
  history: boolean
}

export function parseArguments(args: readonly string[], version: string): ParsedArguments {
  const program = makeCommand(version)
  try {
    program.parse(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return { kind: 'exit', code: error.exitCode === 0 ? 0 : 2 }
    throw error
  }
  const flags = program.opts<Flags>()
  const limits: [string, string | undefined][] = [
    ['artemis.memory_limit', flags.memoryLimit],
    ['artemis.temp_directory', flags.tempDir],
    ['artemis.disk_limit', flags.diskLimit],
  ]
  const settings = [...limits.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])), ...flags.set.map(splitSetting)]
  return {
    kind: 'run',
    options: {
      queries: [...flags.query, ...flags.command],
      files: flags.file,
      warehouse: flags.warehouse,
      format: flags.format,
      output: flags.output,
      header: flags.header,
      nullText: flags.null,
      maxRows: flags.maxrows,
      maxWidth: flags.maxwidth,
      syntaxCheck: flags.syntaxCheck === true,
      bail: flags.bail,
      settings,
      history: flags.history,
    },
  }
}

function makeCommand(version: string): Command {
  return new Command('artemis-sql')
    .description('SQL over Iceberg archives. Without a query, a file or a script on standard input it opens a prompt.')
    .version(version)
    .exitOverride()
    .allowExcessArguments(false)
    .addOption(new Option('-q, --query <sql>', 'run this and leave (repeatable)').argParser(collect).default([]))
    .addOption(new Option('-c, --command <sql>', 'the same as --query').hideHelp().argParser(collect).default([]))
    .addOption(new Option('-f, --file <path>', 'run a script and leave (repeatable)').argParser(collect).default([]))
    .addOption(new Option('-w, --warehouse <dir>', 'open the archive in this folder (or sqlite:FILE) as catalog "artemis"').env('ARTEMIS_WAREHOUSE'))
    .addOption(new Option('--format <format>', 'how results are written (default: table)').choices(FORMATS))
    .option('-o, --output <file>', 'write results to a file')
    .option('--no-header', 'leave out the column names')
    .option('--null <text>', 'how NULL is written')
    .addOption(new Option('--maxrows <n>', 'rows that a table shows').argParser(positiveInteger).default(40))
    .addOption(new Option('--maxwidth <n>', 'columns that a table may take').argParser(positiveInteger))
    .option('--syntax-check', 'only parse, and tell every error with its place')
    .option('--no-bail', 'go on with the next statement after an error')
    .addOption(new Option('--set <name=value>', 'set a setting (repeatable)').argParser(collect).default([]))
    .option('--memory-limit <size>', 'bytes that queries may hold, such as 512MB')
    .option('--temp-dir <dir>', 'where spill files go')
    .option('--disk-limit <size>', 'bytes that a query may spill')
    .option('--no-history', 'keep no history of the prompt')
}

function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value]
}

function positiveInteger(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1 is wanted')
  return number
}

function splitSetting(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
