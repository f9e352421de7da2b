import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import {
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
} from '@artemis/errors'
import { notFound, permissionDenied } from './flight-error.js'
import { statusOf } from './status.js'

const text = (code: string) => ({ code, message: 'the message' })

describe('the status of an error', () => {
  it('follows its kind, and its code where that says more', () => {
    const cases: [Error, status][] = [
      [new SyntaxError(text('UNEXPECTED_TOKEN')), status.INVALID_ARGUMENT],
      [new BindError(text('COLUMN_NOT_FOUND')), status.INVALID_ARGUMENT],
      [new BindError(text('TABLE_NOT_FOUND')), status.NOT_FOUND],
      [new CatalogError(text('NAMESPACE_NOT_FOUND')), status.NOT_FOUND],
      [new CatalogError(text('TABLE_EXISTS')), status.ALREADY_EXISTS],
      [new CatalogError(text('NAMESPACE_NOT_EMPTY')), status.FAILED_PRECONDITION],
      [new CatalogError(text('CATALOG_FAILED')), status.UNAVAILABLE],
      [new UnsupportedError(text('X')), status.UNIMPLEMENTED],
      [new ExecutionError(text('OVERFLOW')), status.INVALID_ARGUMENT],
      [new ResourceError(text('MEMORY_LIMIT')), status.RESOURCE_EXHAUSTED],
      [new ResourceError(text('QUERY_TIMEOUT')), status.DEADLINE_EXCEEDED],
      [new CancelledError(text('CANCELLED')), status.CANCELLED],
      [new DOMException('aborted', 'AbortError'), status.CANCELLED],
      [new IoError(text('IO_FAILED')), status.UNAVAILABLE],
      [new IoError(text('FILE_NOT_FOUND')), status.NOT_FOUND],
      [new DataError(text('PARQUET_DAMAGED')), status.DATA_LOSS],
      [new DataError(text('ARROW_IPC_DAMAGED')), status.INVALID_ARGUMENT],
      [new CommitError(text('COMMIT_RETRIES_EXHAUSTED')), status.ABORTED],
      [new ConfigError(text('UNKNOWN_SETTING')), status.INVALID_ARGUMENT],
      [new ConfigError(text('SETTING_LOCKED')), status.PERMISSION_DENIED],
      [notFound('x'), status.NOT_FOUND],
      [permissionDenied('x'), status.PERMISSION_DENIED],
      [new InternalError(text('ASSERTION')), status.INTERNAL],
      [new RangeError('x'), status.INTERNAL],
    ]
    for (const [error, code] of cases) expect([error, statusOf(error).code]).toEqual([error, code])
  })

  it('names our own mistakes by one id for each, and no other', () => {
    const error = new TypeError('secret')
    const { incident, details } = statusOf(error)
    expect(statusOf(error).incident).toBe(incident)
    expect(statusOf(new TypeError('secret')).incident).not.toBe(incident)
    expect(details).toContain(incident)
    expect(statusOf(new BindError(text('X'))).incident).toBeUndefined()
    for (const odd of [undefined, null, 'text', 7]) expect(statusOf(odd).code).toBe(status.INTERNAL)
  })
})
