/** Who makes a call. The protocol compares principals and passes them on; what they may do is the backend's matter. */
export interface Principal {
  /** Stable and unique: tickets, handles and sessions are bound to it. */
  readonly id: string
  /** For people: logs and metrics. */
  readonly name: string
}

/** The principal of a server that asks nobody for a token. */
export const ANONYMOUS: Principal = { id: 'anonymous', name: 'anonymous' }
