import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { IoError, UnsupportedError } from '@artemis/errors'
import { IcebergCache } from './iceberg-cache.js'
import { localFileIO } from './local-file-io.js'
import { canonicalLocation, joinLocation, localPath, parentLocation, relativeTo } from './location.js'
import { MemoryFileIO, injectedFault } from './memory-file-io.js'
import { relocatedFileIO } from './relocated-file-io.js'

const folder = mkdtempSync(join(tmpdir(), 'artemis-io-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const bytes = (text: string) => Buffer.from(text)
const text = (content: Uint8Array) => Buffer.from(content).toString()

const implementations = [
  ['local', localFileIO(), `${folder}/local`],
  ['local by file: URI', localFileIO({ durable: false }), `file://${folder}/uri`],
  ['memory', new MemoryFileIO(), '/memory'],
  ['relocated', relocatedFileIO(localFileIO(), '/not/there', `${folder}/moved`), '/not/there'],
] as const

describe.each(implementations)('the %s FileIO', (_, io, root) => {
  const at = (name: string) => joinLocation(root, name)

  it('writes, reads, replaces and deletes', async () => {
    await io.write(at('a/b/one'), bytes('first'))
    await io.write(at('a/b/one'), bytes('second'))
    expect(text(await io.read(at('a/b/one')))).toBe('second')
    expect((await io.stat(at('a/b/one')))!.size).toBe(6)
    expect(await io.delete(at('a/b/one'))).toBe(true)
    expect(await io.delete(at('a/b/one'))).toBe(false)
    expect(await io.stat(at('a/b/one'))).toBeUndefined()
    await expect(io.read(at('a/b/one'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect(io.open(at('a/b/one'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })

  it('lets exactly one of many create a file', async () => {
    const won = await Promise.all(Array.from({ length: 20 }, (_unused, i) => io.writeExclusive(at('race'), bytes(`writer ${i}`))))
    expect(won.filter(Boolean)).toHaveLength(1)
    expect(text(await io.read(at('race')))).toBe(`writer ${won.indexOf(true)}`)
  })

  it('reads ranges, at the same time too, and refuses those past the end', async () => {
    await io.write(at('ranges'), bytes('0123456789'))
    const input = await io.open(at('ranges'))
    expect(input.size).toBe(10)
    expect((await Promise.all([input.read(0, 3), input.read(7, 3), input.read(4, 0)])).map(text)).toEqual(['012', '789', ''])
    await expect(input.read(8, 3)).rejects.toMatchObject({ code: 'SHORT_READ' })
    await input.close()
  })

  it('shows a written file only when it is closed, and nothing of an aborted one', async () => {
    const output = await io.create(at('out/pieces'))
    await output.write(bytes('one '))
    await output.write(bytes('two'))
    expect(await io.stat(at('out/pieces'))).toBeUndefined()
    await output.close()
    expect(text(await io.read(at('out/pieces')))).toBe('one two')
    const aborted = await io.create(at('out/aborted'))
    await aborted.write(bytes('x'))
    await aborted.abort()
    expect((await io.list(at('out'))).map((file) => file.location)).toEqual([at('out/pieces')])
  })

  it('lists files and folders, and deletes whole folders', async () => {
    await io.write(at('tree/x/1'), bytes('1'))
    await io.write(at('tree/x/y/2'), bytes('22'))
    await io.createFolder(at('tree/empty'))
    expect(new Map((await io.list(at('tree'))).map((file) => [file.location, file.size]))).toEqual(
      new Map([
        [at('tree/x/1'), 1],
        [at('tree/x/y/2'), 2],
      ]),
    )
    expect([...(await io.listFolders(at('tree')))].sort()).toEqual(['empty', 'x'])
    await io.deleteFolder(at('tree/x'))
    expect(await io.list(at('tree'))).toEqual([])
    await io.deleteFolder(at('tree/empty'))
    expect(await io.listFolders(at('tree'))).toEqual([])
    expect(await io.list(at('nowhere'))).toEqual([])
  })
})

describe('local files', () => {
  it('leave no temporary file behind', async () => {
    expect(readdirSync(join(folder, 'local'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
  it('have no other scheme', async () => {
    await expect(localFileIO().read('s3://bucket/x')).rejects.toThrow(UnsupportedError)
    await expect(localFileIO().read(folder)).rejects.toThrow(IoError)
  })
})

describe('a moved table', () => {
  it('falls back to the recorded name, then to what follows /data/', async () => {
    const io = new MemoryFileIO()
    const moved = relocatedFileIO(io, '/old/table', '/new/table')
    await io.write('/elsewhere/file', bytes('elsewhere'))
    await io.write('/new/table/data/d.parquet', bytes('data'))
    expect(text(await moved.read('/elsewhere/file'))).toBe('elsewhere')
    expect(text(await moved.read('/other/spelling/of/table/data/d.parquet'))).toBe('data')
    await moved.write('/old/table/metadata/v2', bytes('v2'))
    expect(io.locations()).toContain('/new/table/metadata/v2')
  })
  it('never deletes from where it was', async () => {
    const io = new MemoryFileIO()
    await io.write('/old/table/data/x', bytes('x'))
    const moved = relocatedFileIO(io, '/old/table', '/new/table')
    expect(text(await moved.read('/old/table/data/x'))).toBe('x')
    expect(await moved.delete('/old/table/data/x')).toBe(false)
    expect(io.locations()).toEqual(['/old/table/data/x'])
  })
  it('gives the same view for the same places, so that caches stay warm', () => {
    const io = new MemoryFileIO()
    expect(relocatedFileIO(io, '/a', '/b')).toBe(relocatedFileIO(io, '/a', '/b'))
    expect(relocatedFileIO(io, 'file:///a', '/a/')).toBe(io)
  })
})

describe('locations', () => {
  it('are opaque but for the slashes', () => {
    expect(localPath('file:///a%20b/c')).toBe('/a%20b/c')
    expect(localPath('file:/a')).toBe('/a')
    expect(localPath('file://data/x')).toBe('data/x')
    expect(canonicalLocation('file:///a/./b/')).toBe('/a/b')
    expect(parentLocation('/a/b/')).toBe('/a')
    expect(relativeTo('file:/a/b', '/a/b/c/d')).toBe('c/d')
    expect(relativeTo('/a/b', '/a/bc')).toBeUndefined()
  })
})

describe('the memory FileIO', () => {
  it('injects faults before and after', async () => {
    const io = new MemoryFileIO()
    io.fault = (operation, location, moment) => {
      if (operation === 'write' && moment === 'after') throw injectedFault(operation, location)
    }
    await expect(io.write('/x', bytes('x'))).rejects.toThrow(IoError)
    io.fault = undefined
    expect(text(await io.read('/x'))).toBe('x')
  })
})

describe('the cache', () => {
  const io = new MemoryFileIO()
  const loaded =
    (value: string, size = 10) =>
    async () => ({ value, bytes: size })

  it('loads once, also for callers that come at the same time', async () => {
    const cache = new IcebergCache()
    let loads = 0
    const load = async () => ({ value: ++loads, bytes: 1 })
    expect(await Promise.all([cache.getOrLoad(io, 'k', load), cache.getOrLoad(io, 'k', load)])).toEqual([1, 1])
    expect(await cache.getOrLoad(new MemoryFileIO(), 'k', load)).toBe(2)
    expect(cache.statistics).toMatchObject({ hits: 1, misses: 2, bytes: 2 })
  })
  it('drops the least recently used first and stays within its bound', async () => {
    const cache = new IcebergCache({ maxBytes: 25 })
    await cache.getOrLoad(io, 'a', loaded('a'))
    await cache.getOrLoad(io, 'b', loaded('b'))
    await cache.getOrLoad(io, 'a', loaded('other'))
    await cache.getOrLoad(io, 'c', loaded('c'))
    expect(await cache.getOrLoad(io, 'a', loaded('again'))).toBe('a')
    expect(await cache.getOrLoad(io, 'b', loaded('again'))).toBe('again')
    expect(cache.statistics.bytes).toBeLessThanOrEqual(25)
    expect(await cache.getOrLoad(io, 'huge', loaded('huge', 100))).toBe('huge')
    expect(cache.statistics.bytes).toBe(0)
  })
  it('keeps no failure', async () => {
    const cache = new IcebergCache()
    await expect(cache.getOrLoad(io, 'k', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await cache.getOrLoad(io, 'k', loaded('yes'))).toBe('yes')
  })
})
