/** The command in this process: its words and flags, and what it says of a start that cannot be. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryStreams } from '../operations/testing/memory-streams.js'
import { main } from './main.js'

let folder = ''
beforeAll(() => void (folder = mkdtempSync(path.join(os.tmpdir(), 'artemis-flight-command-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(...args: string[]): Promise<Said> {
  const streams = memoryStreams({ ARTEMIS_FLIGHT_STATE_DIRECTORY: path.join(folder, 'state') })
  const code = await main(args, streams)
  return { code, out: streams.out(), err: streams.err() }
}

function file(name: string, content: string): string {
  const place = path.join(folder, name)
  writeFileSync(place, content)
  return place
}

describe('words and flags', () => {
  it('has a version and help', async () => {
    expect(await run('--version')).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string, err: '' })
    const help = await run('serve', '--help')
    expect({ code: help.code, err: help.err }).toEqual({ code: 0, err: '' })
    const flags = ['--config <file>', '--warehouse <value>', '--insecure-anonymous [boolean]', '--metrics-port <value>', '--shutdown-grace <value>']
    for (const flag of flags) expect(help.out).toContain(flag)
    expect(help.out).not.toContain('preset')
  })

  it.each([
    [[], /^Usage/],
    [['serv'], /unknown command 'serv'\n\(Did you mean serve\?\)/],
    [['serve', '--warehose', 'x'], /unknown option '--warehose'\n\(Did you mean --warehouse\?\)/],
    [['serve', 'x'], /too many arguments/],
    [['serve', '--port', 'many'], /--port is "many": it takes a whole number from 0 to 65535/],
    [['serve', '--insecure-anonymous=maybe'], /--insecure-anonymous is "maybe": it takes true or false/],
    [['token', 'revoke'], /missing required argument 'id-or-name'/],
    [['token', 'create', '--name', 'x', '--scope', 'read:*', '--rate', '-1'], /It takes a number above 0/],
  ] as const)('%j is wrong usage', async (args, message) => {
    expect(await run(...args)).toEqual({ code: 2, out: '', err: expect.stringMatching(message) as string })
  })
})

describe('the configuration', () => {
  it('is checked, and printed with where each value is from', async () => {
    mkdirSync(path.join(folder, 'archive'))
    const place = file('flight.toml', '[listen]\nport = 4000\n[warehouses]\nartemis = "archive"\n[metrics]\nport = 9464\n')
    const checked = await run('config', 'check', '--config', place, '--port', '4001')
    expect(checked).toEqual({
      code: 0,
      err: '',
      out: 'The configuration is good.\n  address   127.0.0.1:4001, not encrypted\n  callers   anybody, without credentials\n  catalogs  artemis\n',
    })
    const { out } = await run('config', 'print', '--config', place, '--port', '4001')
    expect(out).toContain('port = 4001 # --port\n')
    expect(out).toContain(`artemis = "${path.join(folder, 'archive')}" # ${place}\n`)
    expect((await run('config', 'keys')).out).toContain('listen.port (default: 32010)\n')
  })

  it('says what is wrong where', async () => {
    const place = file('wrong.toml', '[listen]\nprot = 1\n')
    const err = `config error: ${place}: "listen.prot" is not a key of the configuration. Did you mean "listen.port"?\n`
    expect(await run('serve', '--config', place)).toEqual({ code: 2, out: '', err: `${err}hint: artemis-flight config keys lists all keys.\n` })
  })

  it('is checked for what would be unsafe', async () => {
    const { code, err } = await run('config', 'check', '--host', '::')
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/listening on :: needs authentication.*\nhint: Issue a token first/) as string })
  })
})

describe('a start that cannot be', () => {
  it('names the port that is taken', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const message = `io error: cannot listen on 127.0.0.1:${port}: another process listens there already\nhint: The address is listen.host and listen.port.\n`
    expect(await run('serve', '--port', String(port), '--log-level', 'silent')).toEqual({ code: 1, out: '', err: message })
    await new Promise((resolve) => void taken.close(resolve))
  })

  it.each([
    [['--host', '0.0.0.0'], 2, /listening on 0\.0\.0\.0 needs authentication/],
    [['--warehouse', '/nowhere'], 2, /there is no folder \/nowhere to open as a warehouse/],
    [['--config', '/nowhere.toml'], 2, /cannot read the configuration \/nowhere\.toml: there is no such file/],
    [['--tls-certificate', '/c.pem'], 2, /tls\.certificate needs tls\.key/],
  ] as const)('serve %j', async (args, code, message) => {
    expect(await run('serve', '--port', '0', '--log-level', 'silent', ...args)).toEqual({ code, out: '', err: expect.stringMatching(message) as string })
  })

  it('tells that a folder cannot be written', async () => {
    const blocked = path.join(file('blocked', ''), 'state')
    const { code, err } = await run('token', 'create', '--name', 'x', '--scope', 'read:*', '--state-directory', blocked)
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^io error: cannot make the folder/) as string })
  })
})
