/** Interleaved timing: each round runs every contender once, in an order that turns, so that drift hits all alike. */

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Runs each contender `{ name, run }` (a step `prepare` before each run is not timed) for `rounds` rounds, or until
 * `budgetMs` is used up, after one untimed round. Returns the milliseconds of each, by name.
 */
export async function interleave(contenders, { rounds = 15, minRounds = 5, budgetMs = 12_000, warmups = 2 } = {}) {
  const times = new Map(contenders.map(({ name }) => [name, []]))
  const start = performance.now()
  for (let round = -warmups; round < rounds; round++) {
    if (round >= minRounds && performance.now() - start > budgetMs) break
    for (let k = 0; k < contenders.length; k++) {
      const { name, run, prepare, cleanup } = contenders[(k + Math.abs(round)) % contenders.length]
      const prepared = await prepare?.()
      const began = performance.now()
      await run(prepared)
      const took = performance.now() - began
      await cleanup?.(prepared)
      if (round >= 0) times.get(name).push(took)
    }
  }
  return times
}

export const medians = (times) => new Map([...times].map(([name, values]) => [name, median(values)]))
