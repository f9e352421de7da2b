import type { ScalarFunctionDefinition } from '@artemis/plan'
import { jsonArray, jsonObject, toJsonFunction } from './construct.js'
import { jsonExists, jsonExtract, jsonExtractString, jsonValue } from './extract.js'
import { jsonArrayLength, jsonKeys, jsonMinify, jsonType, jsonValid } from './inspect.js'

export const jsonDefinitions: readonly ScalarFunctionDefinition[] = [
  jsonExtract,
  jsonExtractString,
  jsonValue,
  jsonExists,
  jsonArrayLength,
  jsonType,
  jsonKeys,
  jsonValid,
  jsonMinify,
  toJsonFunction,
  jsonArray,
  jsonObject,
]
