import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CancelledError } from '@artemis/errors'
import { describe, expect, it } from 'vitest'
import { QuerySignals } from './query-signals.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('the signals of queries', () => {
  it('fire with the caller, and with the end of the session, also after a collection', async () => {
    const signals = new QuerySignals()
    const caller = new AbortController()
    const [alone, called, other] = [signals.begin(undefined), signals.begin(caller.signal), signals.begin(new AbortController().signal)]
    await turn()
    collectGarbage()
    caller.abort('enough')
    expect([alone.aborted, called.aborted, other.aborted]).toEqual([false, true, false])
    signals.end('over')
    expect([alone.reason, called.reason, other.reason]).toEqual(['over', 'enough', 'over'])
    expect(() => signals.begin(undefined)).toThrow(CancelledError)
  })

  it('are refused to a caller who has cancelled', () => {
    expect(() => new QuerySignals().begin(AbortSignal.abort('before'))).toThrow(CancelledError)
  })

  it('leave nothing behind when nobody holds them', async () => {
    const signals = new QuerySignals()
    const held = signals.begin(new AbortController().signal)
    for (let i = 0; i < 20_000; i++) {
      signals.begin(i % 2 === 0 ? undefined : new AbortController().signal)
      if (i % 500 !== 0) continue
      await turn()
      collectGarbage()
    }
    expect(signals.size).toBeLessThan(4096)
    signals.end('over')
    expect(held.aborted).toBe(true)
  })
})
