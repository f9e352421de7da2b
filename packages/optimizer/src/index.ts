export { RULES, optimize, runRule } from './optimizer.js'
export type { OptimizerOptions } from './optimizer.js'
export type { OptimizerContext, OptimizerRule } from './rule.js'
export { simplifyExpression } from './simplify/simplify.js'
