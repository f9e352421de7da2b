import type { MemoryReservation } from '@artemis/plan'

/** Of a pool's limit, what one scan may hold to read ahead: what is above it needs memory too, and spills without. */
const READ_AHEAD_SHARE = 0.25

/** Lets a scan read ahead within its share only. What it must have (`grow`) it gets like any other. */
export function readAheadReservation(reservation: MemoryReservation, poolLimit: number): MemoryReservation {
  const most = poolLimit * READ_AHEAD_SHARE
  return {
    get size() {
      return reservation.size
    },
    tryGrow: (bytes) => reservation.size + bytes <= most && reservation.tryGrow(bytes),
    grow: (bytes) => reservation.grow(bytes),
    shrink: (bytes) => reservation.shrink(bytes),
    free: () => reservation.free(),
  }
}
