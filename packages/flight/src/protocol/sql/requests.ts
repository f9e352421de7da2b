/** What a descriptor asks for, whichever of the ways to say it the client took. */

import { status } from '@grpc/grpc-js'
import { unreachable } from '@artemis/errors'
import { FlightError, invalidArgument } from '../flight/flight-error.js'
import type { FlightDescriptor } from '../generated/Flight_pb.js'
import { FlightDescriptor_DescriptorType } from '../generated/Flight_pb.js'
import type { MetadataCommand, StatementCommand } from './commands.js'
import { unpackCommand } from './commands.js'
import type { StatementText } from './plain-tickets.js'
import { readStatementText } from './plain-tickets.js'

export type FlightRequest =
  | { readonly kind: 'metadata'; readonly command: MetadataCommand }
  | { readonly kind: 'statement'; readonly command: StatementCommand }
  /** JSON, or SQL alone. */
  | { readonly kind: 'text'; readonly text: StatementText }
  /** A table by its name. */
  | { readonly kind: 'path'; readonly path: readonly string[] }

/** @throws FlightError INVALID_ARGUMENT for a descriptor that says nothing. */
export function readDescriptor(descriptor: FlightDescriptor): FlightRequest {
  switch (descriptor.type) {
    case FlightDescriptor_DescriptorType.CMD:
      return readCommand(descriptor.cmd)
    case FlightDescriptor_DescriptorType.PATH:
      if (descriptor.path.length === 0 || descriptor.path.includes('')) throw invalidArgument('the path of the descriptor is empty')
      return { kind: 'path', path: descriptor.path }
    case FlightDescriptor_DescriptorType.UNKNOWN:
      throw invalidArgument('the descriptor has no type: expected a command or a path')
    default:
      throw new FlightError({ code: status.INVALID_ARGUMENT, message: `the descriptor has an unknown type ${Number(descriptor.type)}` })
  }
}

/** A command: Flight SQL's `Any`, JSON, or SQL. */
export function readCommand(bytes: Uint8Array): FlightRequest {
  const command = unpackCommand(bytes)
  if (command === undefined) return { kind: 'text', text: readStatementText(bytes) }
  switch (command.kind) {
    case 'metadata':
      return { kind: 'metadata', command: command.message }
    case 'statement':
      return { kind: 'statement', command: command.message }
    default:
      return unreachable(command, 'command')
  }
}

/** The query that reads a table. */
export function tableQuery(path: readonly string[]): string {
  return `SELECT * FROM ${path.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')}`
}
