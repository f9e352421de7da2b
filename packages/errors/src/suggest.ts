/**
 * The near name for "Did you mean …?", or undefined when none is near: at most a third of the letters may differ
 * (Damerau-Levenshtein, restricted), ties go to the first candidate.
 */
export function nearestName(wanted: string, candidates: Iterable<string>): string | undefined {
  const target = wanted.toLowerCase()
  const limit = Math.max(1, Math.floor(target.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of candidates) {
    const name = candidate.toLowerCase()
    if (Math.abs(name.length - target.length) >= bestDistance) continue
    const distance = editDistance(target, name)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `Did you mean "x"?` for the nearest of the candidates, ready for an error's hint. */
export function didYouMean(wanted: string, candidates: Iterable<string>): string | undefined {
  const near = nearestName(wanted, candidates)
  return near === undefined ? undefined : `Did you mean "${near}"?`
}

function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let distance = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) distance = Math.min(distance, beforePrevious[j - 2]! + 1)
      current.push(distance)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length]!
}
