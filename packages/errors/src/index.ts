export {
  ArtemisError,
  BindError,
  CancelledError,
  CatalogError,
  CommitError,
  ConfigError,
  DataError,
  ExecutionError,
  InternalError,
  IoError,
  ResourceError,
  SyntaxError,
  UnsupportedError,
  assert,
  cancelled,
  throwIfAborted,
  unreachable,
} from './error.js'
export type { ErrorKind, ErrorOptions, Span } from './error.js'
export { displayWidth, placeOf, renderError } from './render.js'
export type { Place } from './render.js'
export { didYouMean, nearestName } from './suggest.js'
