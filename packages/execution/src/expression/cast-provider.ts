import type { DataType } from '@artemis/arrow'
import type { ScalarFunction } from '@artemis/plan'

/**
 * Finds the function that converts between two types. The engine injects it, as casts live with the functions. With
 * `tryCast` the function gives NULL where the plain one throws. Throws an UnsupportedError when there is no such cast.
 */
export type CastProvider = (from: DataType, to: DataType, tryCast: boolean) => ScalarFunction
