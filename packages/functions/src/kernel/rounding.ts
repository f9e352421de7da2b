/** Rounding doubles to whole numbers, by the two rules that SQL knows. */

/** Ties to even: below 2^51, adding 1.5 * 2^52 leaves no room for a fraction. */
export function roundHalfEven(value: number): number {
  if (value < 2251799813685248 && value > -2251799813685248) return value + 6755399441055744 - 6755399441055744
  const below = Math.floor(value)
  const fraction = value - below
  if (fraction === 0.5) return below % 2 === 0 ? below : below + 1
  return fraction > 0.5 ? below + 1 : below
}

/** Ties away from zero. */
export function roundHalfAway(value: number): number {
  const whole = Math.trunc(value)
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole
}
