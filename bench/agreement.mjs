/** Whether two engines gave the same rows. Doubles may differ in the last digits: sums add in another order. */

const RELATIVE = 1e-9

export function describeDifference(ours, theirs, { ordered }) {
  if (ours.length !== theirs.length) return `${ours.length} rows against ${theirs.length}`
  const a = ordered ? ours : sorted(ours)
  const b = ordered ? theirs : sorted(theirs)
  for (let row = 0; row < a.length; row++) {
    for (let column = 0; column < a[row].length; column++) {
      if (!same(a[row][column], b[row][column])) return `row ${row}: ${JSON.stringify(a[row])} against ${JSON.stringify(b[row])}`
    }
  }
  return undefined
}

function sorted(rows) {
  return rows.map((row) => [row.map((value) => (typeof value === 'number' ? value.toPrecision(8) : String(value))).join('|'), row]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row)
}

function same(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a === b || Math.abs(a - b) <= RELATIVE * Math.max(Math.abs(a), Math.abs(b))
  return a === b
}
