/** Reading list arguments: offsets into one child vector; a constant is a list of one row. */

import type { Datum, Vector } from '@artemis/arrow'
import { decodeDictionary, vectorFromScalars } from '@artemis/arrow'
import { assert } from '@artemis/errors'

export interface ListColumn {
  readonly offsets: Int32Array
  readonly child: Vector
  readonly stride: 0 | 1
}

export function listColumn(datum: Datum): ListColumn {
  const vector = datum.kind === 'vector' ? datum.vector : decodeDictionary(vectorFromScalars(datum.type, [datum.value]))
  assert(vector.layout === 'list', `a ${vector.layout} vector where lists are wanted`)
  return { offsets: vector.offsets, child: vector.child, stride: datum.kind === 'vector' ? 1 : 0 }
}
