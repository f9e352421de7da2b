/** Two batches in the JSON form of Arrow's integration tests: https://arrow.apache.org/docs/format/Integration.html#json-test-data-format */

interface IntegrationColumn {
  readonly name: string
  readonly count: number
  readonly VALIDITY: readonly number[]
  readonly DATA: readonly unknown[]
  readonly OFFSET?: readonly number[]
}

export function integrationJson(): unknown {
  const integer = { name: 'int', bitWidth: 32, isSigned: true }
  return {
    schema: {
      fields: [
        { name: 'number', nullable: true, type: integer, children: [] },
        { name: 'text', nullable: true, type: { name: 'utf8' }, children: [] },
        { name: 'ratio', nullable: true, type: { name: 'floatingpoint', precision: 'DOUBLE' }, children: [] },
      ],
    },
    batches: [batch(4), batch(0), batch(3)],
  }
}

function batch(count: number): unknown {
  const rows = Array.from({ length: count }, (_, row) => row)
  const VALIDITY = rows.map((row) => (row === 1 ? 0 : 1))
  const columns: readonly IntegrationColumn[] = [
    { name: 'number', count, VALIDITY, DATA: rows.map((row) => row * 100) },
    { name: 'text', count, VALIDITY, DATA: rows.map((row) => (row === 1 ? '' : `row ${row}`)), OFFSET: offsets(rows) },
    { name: 'ratio', count, VALIDITY, DATA: rows.map((row) => row + 0.5) },
  ]
  return { count, columns }
}

function offsets(rows: readonly number[]): readonly number[] {
  let end = 0
  return [0, ...rows.map((row) => (end += row === 1 ? 0 : 5))]
}
