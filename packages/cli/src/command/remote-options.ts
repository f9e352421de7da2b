/** The flags of `--remote`: which server, who asks, and how its certificate is checked. */

import type { Command } from 'commander'
import { Option } from 'commander'

/** Where statements run instead of in this process. */
export interface RemoteTarget {
  /** `grpc://host:port`, `grpc+tls://host:port`. */
  readonly uri: string
  readonly token: string | undefined
  readonly login: { readonly user: string; readonly password: string } | undefined
  readonly tls: RemoteTls
}

/** Paths of PEM files, and what else is said of TLS. */
export interface RemoteTls {
  readonly ca: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
  readonly serverName: string | undefined
  readonly insecure: boolean
}

export interface RemoteFlags {
  remote?: string
  token?: string
  user?: string
  password?: string
  tlsCa?: string
  tlsCert?: string
  tlsKey?: string
  tlsServerName?: string
  tlsInsecure?: boolean
}

const ONLY_REMOTE = ['token', 'user', 'password', 'tlsCa', 'tlsCert', 'tlsKey', 'tlsServerName', 'tlsInsecure'] as const
/** They configure an engine in this process. */
const ONLY_LOCAL = ['warehouse', 'memoryLimit', 'tempDir', 'diskLimit'] as const

export function addRemoteOptions(command: Command): Command {
  return command
    .optionsGroup('On a server:')
    .addOption(new Option('--remote <uri>', 'run on this Flight SQL server, such as grpc+tls://host:port').env('ARTEMIS_REMOTE'))
    .addOption(new Option('--token <token>', 'its bearer token (the environment hides it from other users)').env('ARTEMIS_TOKEN'))
    .addOption(new Option('--user <name>', 'log in by name and password instead').env('ARTEMIS_USER'))
    .addOption(new Option('--password <text>', 'the password').env('ARTEMIS_PASSWORD'))
    .option('--tls-ca <file>', 'trust the certificates in this PEM file')
    .option('--tls-cert <file>', "this client's certificate (PEM)")
    .option('--tls-key <file>', 'the key of that certificate (PEM)')
    .option('--tls-server-name <name>', "the name in the server's certificate, when it is not the host")
    .option('--tls-insecure', "do not check the server's certificate: for tests")
}

/** Why the flags do not go together. What the environment says is a default, which flags override in silence. */
export function conflictWithRemote(command: Command): string | undefined {
  if (!isRemote(command)) {
    const excess = ONLY_REMOTE.find((name) => isGiven(command, name))
    return excess === undefined ? undefined : `${flagOf(command, excess)} goes with --remote`
  }
  const local = ONLY_LOCAL.find((name) => isGiven(command, name))
  if (local !== undefined) return `${flagOf(command, local)} does not go with --remote: the server has its own`
  if (isGiven(command, 'token') && isGiven(command, 'user')) return '--token and --user do not go together'
  const { user, password, tlsCert, tlsKey } = command.opts<RemoteFlags>()
  if (isGiven(command, 'password') && user === undefined) return '--password goes with --user'
  if (isGiven(command, 'user') && password === undefined) return '--user needs --password, or ARTEMIS_PASSWORD in the environment'
  return (tlsCert === undefined) === (tlsKey === undefined) ? undefined : '--tls-cert and --tls-key go together'
}

/** The server that the flags and the environment name; none when a warehouse was named instead. */
export function remoteTarget(command: Command): RemoteTarget | undefined {
  const flags = command.opts<RemoteFlags>()
  if (flags.remote === undefined || !isRemote(command)) return undefined
  // What the environment leaves empty it does not give.
  const usesToken = (flags.token ?? '') !== '' && !isGiven(command, 'user')
  const usesPassword = !usesToken && (flags.user ?? '') !== '' && flags.password !== undefined
  return {
    uri: flags.remote,
    token: usesToken ? flags.token : undefined,
    login: usesPassword ? { user: flags.user!, password: flags.password! } : undefined,
    tls: {
      ca: flags.tlsCa,
      certificate: flags.tlsCert,
      key: flags.tlsKey,
      serverName: flags.tlsServerName,
      insecure: flags.tlsInsecure === true,
    },
  }
}

/** A server of the environment gives way to a warehouse of the command line. */
function isRemote(command: Command): boolean {
  const { remote = '' } = command.opts<RemoteFlags>()
  return isGiven(command, 'remote') || (remote !== '' && !isGiven(command, 'warehouse'))
}

function isGiven(command: Command, name: string): boolean {
  return command.getOptionValueSource(name) === 'cli'
}

function flagOf(command: Command, name: string): string {
  return command.options.find((option) => option.attributeName() === name)!.long!
}
