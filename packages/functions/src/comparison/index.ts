import type { ScalarFunctionDefinition } from '@artemis/plan'
import { greatest, least } from './extremes.js'
import { hash } from './hash.js'

export const comparisonDefinitions: readonly ScalarFunctionDefinition[] = [greatest, hash, least]
