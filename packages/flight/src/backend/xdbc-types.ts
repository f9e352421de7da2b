/** The rows of GetXdbcTypeInfo: what ODBC's SQLGetTypeInfo and JDBC's getTypeInfo tell of every SQL type. */

import type { XdbcTypeInfo } from '../protocol/sql/backend.js'

/** Numbers of ODBC and JDBC (FlightSql.proto, XdbcDataType). */
const TYPE = {
  bit: -7,
  tinyint: -6,
  bigint: -5,
  varbinary: -3,
  decimal: 3,
  integer: 4,
  smallint: 5,
  real: 7,
  double: 8,
  datetime: 9,
  interval: 10,
  varchar: 12,
  date: 91,
  time: 92,
  timestamp: 93,
} as const

const DATETIME_SUBCODE = { date: 1, time: 2, timestamp: 3, timestampWithTimeZone: 5 } as const
const NULLABLE = 1
const SEARCHABLE = { never: 0, byLikeOnly: 1, exceptByLike: 2, always: 3 } as const

/** A type without literals, parameters and numbers, to say what is different about each. */
const PLAIN: Omit<XdbcTypeInfo, 'typeName' | 'dataType' | 'sqlDataType'> = {
  columnSize: null,
  literalPrefix: null,
  literalSuffix: null,
  createParams: null,
  nullable: NULLABLE,
  caseSensitive: false,
  searchable: SEARCHABLE.exceptByLike,
  unsignedAttribute: null,
  fixedPrecScale: false,
  autoIncrement: null,
  localTypeName: null,
  minimumScale: null,
  maximumScale: null,
  datetimeSubcode: null,
  numPrecRadix: null,
  intervalPrecision: null,
}

type Difference = Partial<Omit<XdbcTypeInfo, 'typeName' | 'dataType'>>

function type(typeName: string, dataType: number, difference: Difference): XdbcTypeInfo {
  return { ...PLAIN, sqlDataType: dataType, ...difference, typeName, dataType, localTypeName: typeName }
}

function integer(typeName: string, dataType: number, columnSize: number, isUnsigned = false): XdbcTypeInfo {
  return type(typeName, dataType, { columnSize, unsignedAttribute: isUnsigned, autoIncrement: false, minimumScale: 0, maximumScale: 0, numPrecRadix: 10 })
}

function float(typeName: string, dataType: number, columnSize: number): XdbcTypeInfo {
  return type(typeName, dataType, { columnSize, unsignedAttribute: false, autoIncrement: false, numPrecRadix: 2 })
}

function quoted(word: string): Pick<XdbcTypeInfo, 'literalPrefix' | 'literalSuffix'> {
  return { literalPrefix: word === '' ? "'" : `${word} '`, literalSuffix: "'" }
}

function moment(typeName: string, dataType: number, columnSize: number, subcode: number, word: string, scale?: number): XdbcTypeInfo {
  const fraction = scale === undefined ? {} : { minimumScale: scale, maximumScale: scale }
  return type(typeName, dataType, { columnSize, ...quoted(word), sqlDataType: TYPE.datetime, datetimeSubcode: subcode, ...fraction })
}

export const XDBC_TYPES: readonly XdbcTypeInfo[] = [
  type('BOOLEAN', TYPE.bit, { columnSize: 1 }),
  integer('TINYINT', TYPE.tinyint, 3),
  integer('UTINYINT', TYPE.smallint, 3, true),
  integer('SMALLINT', TYPE.smallint, 5),
  integer('USMALLINT', TYPE.integer, 5, true),
  integer('INTEGER', TYPE.integer, 10),
  integer('UINTEGER', TYPE.bigint, 10, true),
  integer('BIGINT', TYPE.bigint, 19),
  integer('UBIGINT', TYPE.decimal, 20, true),
  type('DECIMAL', TYPE.decimal, {
    columnSize: 38,
    createParams: ['precision', 'scale'],
    unsignedAttribute: false,
    autoIncrement: false,
    minimumScale: 0,
    maximumScale: 38,
    numPrecRadix: 10,
  }),
  float('FLOAT', TYPE.real, 24),
  float('DOUBLE', TYPE.double, 53),
  type('VARCHAR', TYPE.varchar, { columnSize: 2_147_483_647, ...quoted(''), caseSensitive: true, searchable: SEARCHABLE.always }),
  type('UUID', TYPE.varchar, { columnSize: 36, ...quoted('UUID') }),
  type('BLOB', TYPE.varbinary, { columnSize: 2_147_483_647, literalPrefix: "X'", literalSuffix: "'" }),
  moment('DATE', TYPE.date, 10, DATETIME_SUBCODE.date, 'DATE'),
  moment('TIME', TYPE.time, 15, DATETIME_SUBCODE.time, 'TIME', 6),
  moment('TIMESTAMP', TYPE.timestamp, 26, DATETIME_SUBCODE.timestamp, 'TIMESTAMP', 6),
  moment('TIMESTAMP_S', TYPE.timestamp, 19, DATETIME_SUBCODE.timestamp, 'TIMESTAMP_S', 0),
  moment('TIMESTAMP_MS', TYPE.timestamp, 23, DATETIME_SUBCODE.timestamp, 'TIMESTAMP_MS', 3),
  moment('TIMESTAMP_NS', TYPE.timestamp, 29, DATETIME_SUBCODE.timestamp, 'TIMESTAMP_NS', 9),
  moment('TIMESTAMP WITH TIME ZONE', TYPE.timestamp, 32, DATETIME_SUBCODE.timestampWithTimeZone, 'TIMESTAMPTZ', 6),
  type('INTERVAL', TYPE.interval, { ...quoted('INTERVAL'), intervalPrecision: 9 }),
]
