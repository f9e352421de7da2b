import type { ZoneOffset } from '@artemis/arrow'
import { zoneOf } from '@artemis/functions'

/** How a time zone shows instants: for `formatValue` and `formatVector`. */
export function timeZoneOffset(name: string): ZoneOffset {
  const zone = zoneOf(name)
  return (epochSeconds) => zone.offsetAt(epochSeconds)
}
