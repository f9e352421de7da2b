import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { PrefetchOptions } from './prefetch.js'
import { prefetch } from './prefetch.js'

/** Memory with a limit that remembers its peak. */
function memoryOf(limit: number) {
  const memory = {
    size: 0,
    peak: 0,
    tryGrow(bytes: number): boolean {
      if (memory.size + bytes > limit) return false
      memory.size += bytes
      memory.peak = Math.max(memory.peak, memory.size)
      return true
    },
    shrink(bytes: number): void {
      memory.size -= bytes
    },
  }
  return memory
}

async function* numbers(count: number, onReturn: () => void = () => undefined): AsyncGenerator<number> {
  try {
    for (let i = 0; i < count; i++) yield i
  } finally {
    onReturn()
  }
}

interface Setup extends Partial<PrefetchOptions<number, number>> {
  readonly limit?: number
}

function setUp({ limit = Infinity, ...given }: Setup = {}) {
  const memory = memoryOf(limit)
  const load = { running: 0, most: 0, started: 0 }
  const step = async (item: number, signal: AbortSignal): Promise<number> => {
    load.started++
    load.most = Math.max(load.most, ++load.running)
    await sleep(1 + (item % 3)).finally(() => load.running--)
    signal.throwIfAborted()
    return item * 10
  }
  const options = { items: numbers(20), byteSize: () => 100, step, concurrency: 4, memory, signal: new AbortController().signal, ...given }
  return { options: options as unknown as PrefetchOptions<number, number>, memory, load }
}

async function collect(options: PrefetchOptions<number, number>): Promise<number[]> {
  const results: number[] = []
  for await (const { result, release } of prefetch(options)) {
    results.push(result)
    release()
  }
  return results
}

test('gives every result once, within the cap, and all memory back', async () => {
  const { options, memory, load } = setUp()
  expect((await collect(options)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i * 10))
  expect(load.most).toBe(4)
  expect(memory.size).toBe(0)
})

test('hands a result on while it still waits for the next item', async () => {
  async function* slow(): AsyncGenerator<number> {
    yield 1
    await new Promise(() => undefined)
  }
  const { options } = setUp({ items: slow() })
  const results = prefetch(options)
  expect((await results.next()).value).toMatchObject({ result: 10 })
})

test('memory bounds what is held, and one step runs when there is none', async () => {
  const some = setUp({ limit: 250 })
  await collect(some.options)
  expect(some.load.most).toBe(2)
  expect(some.memory.peak).toBe(200)
  const none = setUp({ limit: 0 })
  expect(await collect(none.options)).toHaveLength(20)
  expect(none.load.most).toBe(1)
})

test('bytes ahead bound what is fetched, whatever the memory', async () => {
  const { options, load } = setUp({ aheadBytes: 150 })
  expect(await collect(options)).toHaveLength(20)
  expect(load.most).toBe(2)
})

test('throws what a step or the items throw, and ends the rest first', async () => {
  const failing = setUp()
  const { step } = failing.options
  const broken = async (item: number, signal: AbortSignal): Promise<number> => {
    if (item === 5) throw new Error('step 5')
    return step(item, signal)
  }
  await expect(collect({ ...failing.options, step: broken })).rejects.toThrow('step 5')
  expect([failing.load.running, failing.memory.size]).toEqual([0, 0])
  async function* half(): AsyncGenerator<number> {
    yield 1
    throw new Error('no more items')
  }
  const { options, memory } = setUp({ items: half() })
  await expect(collect(options)).rejects.toThrow('no more items')
  expect(memory.size).toBe(0)
})

test('leaving early aborts, waits for what runs and closes the items', async () => {
  let isClosed = false
  const { options, memory, load } = setUp({ items: numbers(1000, () => (isClosed = true)) })
  for await (const { result } of prefetch(options)) if (result >= 50) break
  expect([load.running, memory.size, isClosed]).toEqual([0, 0, true])
  expect(load.started).toBeLessThan(30)
})

test('an abort ends the wait', async () => {
  const controller = new AbortController()
  const { options, load } = setUp({ items: numbers(1000), signal: controller.signal })
  setTimeout(() => controller.abort(), 20)
  await expect(collect(options)).rejects.toThrow(/cancel|abort/)
  expect(load.running).toBe(0)
})
