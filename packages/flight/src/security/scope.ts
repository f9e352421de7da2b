/**
 * What a token may do: rights on tables by pattern. Written `read:artemis.sda`, `write:memory.*`, `read:*`; several are
 * separated by commas or spaces. A pattern has one part (a catalog) or two (a catalog and its namespaces); `*` matches
 * any text within its part.
 */
export interface Scope {
  /** Writing includes reading. */
  readonly right: 'read' | 'write'
  readonly catalog: string
  readonly namespace: string
}
