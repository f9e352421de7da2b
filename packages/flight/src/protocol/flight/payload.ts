/**
 * One FlightData message: an Arrow IPC message in two parts, as it travels. Bodies are lists of chunks, so that a batch
 * goes from the engine's buffers to the socket without being put together first.
 */
export interface FlightPayload {
  /** The IPC message's FlatBuffer without the prefix that a stream puts before it. Empty in a message of metadata only. */
  readonly header: Uint8Array
  /** The buffers and paddings of the body, in order; none for a schema. */
  readonly body: readonly Uint8Array[]
  readonly appMetadata?: Uint8Array | undefined
}
