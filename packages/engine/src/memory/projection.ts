import type { Schema } from '@artemis/arrow'
import { assert } from '@artemis/errors'

/** The schema of the columns at `projection`, in that order. */
export function projectSchema(schema: Schema, projection: readonly number[]): Schema {
  const fields = projection.map((index) => {
    const field = schema.fields[index]
    assert(field !== undefined, `no column ${index} in a schema of ${schema.fields.length}`)
    return field
  })
  return { fields }
}
