import type { ScalarFunctionDefinition } from '@artemis/plan'
import { ifFunction, nullif, nvl2 } from './branches.js'
import { coalesce } from './coalesce.js'

export const conditionalDefinitions: readonly ScalarFunctionDefinition[] = [coalesce, ifFunction, nullif, nvl2]
