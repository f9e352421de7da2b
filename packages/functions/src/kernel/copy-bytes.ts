/**
 * Copies `data[start .. end)` to `out` from `to` on, and returns where the copy ends. Short ranges are copied by hand: a call
 * of `copy` costs as much as some forty bytes.
 */
export function copyBytes(data: Buffer, start: number, end: number, out: Buffer, to: number): number {
  let at = to
  if (end - start > 40) data.copy(out, at, start, end)
  else for (let from = start; from < end; from++, at++) out[at] = data[from]!
  return to + end - start
}
