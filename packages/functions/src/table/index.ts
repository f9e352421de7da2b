import type { TableFunctionDefinition } from '@artemis/plan'
import { seriesTables } from './series-functions.js'

export const tableDefinitions: readonly TableFunctionDefinition[] = [...seriesTables]
