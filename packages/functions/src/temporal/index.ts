import type { ScalarFunctionDefinition } from '@artemis/plan'
import { datePart, epoch, partFunctions } from './date-part.js'
import { clockFunctions } from './now.js'

export const temporalDefinitions: readonly ScalarFunctionDefinition[] = [
  ...clockFunctions,
  datePart,
  epoch,
  ...partFunctions,
]
