/** Time, so that tests can make it pass. */
export interface LimiterClock {
  /** Milliseconds since the epoch; never goes back while the process lives. */
  now(): number
  /** Calls once after this time; the function given back calls it off. Keeps no process alive. */
  after(ms: number, run: () => void): () => void
}

/** Starts at the wall clock and goes on by the monotonic one: a corrected wall clock neither grants nor takes budget. */
export function systemClock(): LimiterClock {
  const origin = Date.now() - performance.now()
  return {
    now: () => origin + performance.now(),
    after: (ms, run) => {
      // Node runs a timer of more than 2^31 - 1 ms at once.
      const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1))
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
}
