/** Generated functions by their text. Queries of one shape share one function, which the JIT compiler then knows well. */

export type GeneratedFunction = (...args: readonly unknown[]) => number

const CAPACITY = 512
const functions = new Map<string, GeneratedFunction>()

/** The function of these parameters and this body; the least recently used is forgotten when there are too many. */
export function generatedFunction(parameters: readonly string[], body: string): GeneratedFunction {
  const key = `${parameters.join(',')}\n${body}`
  let found = functions.get(key)
  if (found === undefined) {
    found = new Function(...parameters, body) as GeneratedFunction
    if (functions.size >= CAPACITY) functions.delete(functions.keys().next().value as string)
  } else functions.delete(key)
  functions.set(key, found)
  return found
}
