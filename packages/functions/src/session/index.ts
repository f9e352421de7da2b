import type { ScalarFunctionDefinition } from '@artemis/plan'
import { currentSetting, currentUser, typeOf, version } from './constants.js'

export const sessionDefinitions: readonly ScalarFunctionDefinition[] = [currentSetting, currentUser, typeOf, version]
