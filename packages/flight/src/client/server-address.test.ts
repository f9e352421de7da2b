import { describe, expect, it } from 'vitest'
import { parseServerAddress } from './server-address.js'

describe('parseServerAddress', () => {
  it.each([
    ['grpc://localhost:8815', 'dns:localhost:8815', false, true],
    ['grpc+tcp://127.0.0.1:1/', 'dns:127.0.0.1:1', false, true],
    ['grpc+tls://archive.example.org:443', 'dns:archive.example.org:443', true, false],
    ['grpc://[::1]:8815', 'dns:[::1]:8815', false, true],
    ['grpc+unix:///run/artemis.sock', 'unix:/run/artemis.sock', false, true],
  ])('%s', (uri, target, usesTls, isLocal) => {
    expect(parseServerAddress(uri)).toEqual({ uri, target, usesTls, isLocal })
  })

  it.each([
    ['localhost:8815', 'it does not begin with grpc://'],
    ['http://localhost:8815', 'it does not begin with grpc://'],
    ['grpc://localhost', 'its port is missing'],
    ['grpc://:8815', 'it is no URI'],
    ['grpc://localhost:99999', 'it is no URI'],
    ['grpc://localhost:1/path', 'nothing may follow its port'],
    ['grpc+unix://host', 'the path of its socket is missing'],
    ['', 'it does not begin with grpc://'],
  ])('refuses %j', (uri, reason) => {
    expect(() => parseServerAddress(uri)).toThrow(reason)
  })

  it('shows no password that does not belong there', () => {
    expect(() => parseServerAddress('grpc://me:secret@host:1')).toThrow('"grpc://…@host:1" is no address')
  })
})
