/** Below so many words an allocation costs more than zeroing what it gives. */
const SMALL = 4096

/**
 * Memory for decoded values that is not zeroed, as zeroing costs as much as filling it. The caller must write every word
 * that it gives out, those under nulls too: what stands there is left over from anywhere in the process.
 */
export function outputWords(length: number): Int32Array {
  return length < SMALL ? new Int32Array(length) : new Int32Array(Buffer.allocUnsafeSlow(length * 4).buffer, 0, length)
}
