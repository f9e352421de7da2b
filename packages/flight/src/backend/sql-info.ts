/**
 * The answers to GetSqlInfo. Which kind of value each number has follows Arrow's own Java driver, which reads most
 * enumerations as bit masks in an int32, and single values and limits as int64.
 */

import type { DataType } from '@artemis/arrow'
import { binary, bool, date32, decimal, float32, float64, int16, int32, int64, int8, interval, time64, timestamp, utf8 } from '@artemis/arrow'
import type { FunctionRegistry } from '@artemis/engine'
import { isExplicitCast, keywords } from '@artemis/engine'
import {
  SqlInfo,
  SqlNullOrdering,
  SqlOuterJoinsSupportLevel,
  SqlSupportedCaseSensitivity,
  SqlSupportedGroupBy,
  SqlSupportedResultSetConcurrency,
  SqlSupportedResultSetType,
  SqlSupportedSubqueries,
  SqlSupportedTransaction,
  SqlSupportedUnions,
  SqlSupportsConvert,
  SqlTransactionIsolationLevel,
  SupportedAnsi92SqlGrammarLevel,
  SupportedSqlGrammar,
} from '../protocol/generated/FlightSql_pb.js'
import type { SqlInfoValue } from '../protocol/sql/backend.js'

export interface SqlInfoSources {
  readonly functions: FunctionRegistry
  readonly version: string
  readonly nullOrder: 'last' | 'first' | 'low' | 'high'
  readonly readOnly: boolean
}

const NULL_ORDERINGS = {
  last: SqlNullOrdering.SQL_NULLS_SORTED_AT_END,
  first: SqlNullOrdering.SQL_NULLS_SORTED_AT_START,
  low: SqlNullOrdering.SQL_NULLS_SORTED_LOW,
  high: SqlNullOrdering.SQL_NULLS_SORTED_HIGH,
} as const

/** The version of Arrow's format and of the library whose types the engine speaks. */
const ARROW_VERSION = '21.2.0'

export function sqlInfoOf({ functions, version, nullOrder, readOnly }: SqlInfoSources): ReadonlyMap<number, SqlInfoValue> {
  return new Map<number, SqlInfoValue>([
    [SqlInfo.FLIGHT_SQL_SERVER_NAME, text('Artemis')],
    [SqlInfo.FLIGHT_SQL_SERVER_VERSION, text(version)],
    [SqlInfo.FLIGHT_SQL_SERVER_ARROW_VERSION, text(ARROW_VERSION)],
    [SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY, flag(readOnly)],
    [SqlInfo.FLIGHT_SQL_SERVER_SQL, flag(true)],
    [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT, flag(false)],
    [SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION, mask(SqlSupportedTransaction.NONE)],
    [SqlInfo.FLIGHT_SQL_SERVER_CANCEL, flag(true)],
    [SqlInfo.FLIGHT_SQL_SERVER_BULK_INGESTION, flag(!readOnly)],
    [SqlInfo.FLIGHT_SQL_SERVER_INGEST_TRANSACTIONS_SUPPORTED, flag(false)],
    [SqlInfo.FLIGHT_SQL_SERVER_STATEMENT_TIMEOUT, mask(0)],
    [SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION_TIMEOUT, mask(0)],
    ...languageInfo(nullOrder),
    ...functionInfo(functions),
    ...structureInfo(),
    ...LIMITS.map((info) => [info, whole(0n)] as const),
    ...transactionInfo(),
  ])
}

function languageInfo(nullOrder: SqlInfoSources['nullOrder']): [number, SqlInfoValue][] {
  return [
    [SqlInfo.SQL_DDL_CATALOG, flag(false)],
    [SqlInfo.SQL_DDL_SCHEMA, flag(true)],
    [SqlInfo.SQL_DDL_TABLE, flag(true)],
    [SqlInfo.SQL_IDENTIFIER_CASE, whole(BigInt(SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE))],
    [SqlInfo.SQL_IDENTIFIER_QUOTE_CHAR, text('"')],
    [SqlInfo.SQL_QUOTED_IDENTIFIER_CASE, whole(BigInt(SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE))],
    [SqlInfo.SQL_ALL_TABLES_ARE_SELECTABLE, flag(true)],
    [SqlInfo.SQL_NULL_ORDERING, whole(BigInt(NULL_ORDERINGS[nullOrder]))],
    [SqlInfo.SQL_KEYWORDS, texts(keywords)],
    // The filters of metadata commands have no escape, and names no characters beyond those that SQL has.
    [SqlInfo.SQL_SEARCH_STRING_ESCAPE, text('')],
    [SqlInfo.SQL_EXTRA_NAME_CHARACTERS, text('')],
    [SqlInfo.SQL_SUPPORTS_COLUMN_ALIASING, flag(true)],
    [SqlInfo.SQL_NULL_PLUS_NULL_IS_NULL, flag(true)],
    [SqlInfo.SQL_SUPPORTS_CONVERT, { kind: 'int32_to_int32_list_map', value: conversions() }],
    [SqlInfo.SQL_SUPPORTS_TABLE_CORRELATION_NAMES, flag(true)],
    [SqlInfo.SQL_SUPPORTS_DIFFERENT_TABLE_CORRELATION_NAMES, flag(false)],
    [SqlInfo.SQL_SUPPORTS_EXPRESSIONS_IN_ORDER_BY, flag(true)],
    [SqlInfo.SQL_SUPPORTS_ORDER_BY_UNRELATED, flag(true)],
    [SqlInfo.SQL_SUPPORTED_GROUP_BY, bits(SqlSupportedGroupBy.SQL_GROUP_BY_UNRELATED, SqlSupportedGroupBy.SQL_GROUP_BY_BEYOND_SELECT)],
    [SqlInfo.SQL_SUPPORTS_LIKE_ESCAPE_CLAUSE, flag(true)],
    [SqlInfo.SQL_SUPPORTS_NON_NULLABLE_COLUMNS, flag(true)],
    [SqlInfo.SQL_SUPPORTED_GRAMMAR, bits(SupportedSqlGrammar.SQL_MINIMUM_GRAMMAR, SupportedSqlGrammar.SQL_CORE_GRAMMAR)],
    [SqlInfo.SQL_ANSI92_SUPPORTED_LEVEL, bits(SupportedAnsi92SqlGrammarLevel.ANSI92_ENTRY_SQL)],
    [SqlInfo.SQL_SUPPORTS_INTEGRITY_ENHANCEMENT_FACILITY, flag(false)],
    [SqlInfo.SQL_OUTER_JOINS_SUPPORT_LEVEL, bits(SqlOuterJoinsSupportLevel.SQL_LIMITED_OUTER_JOINS, SqlOuterJoinsSupportLevel.SQL_FULL_OUTER_JOINS)],
  ]
}

/** Functions by the groups that JDBC and ODBC know; operators are none. */
function functionInfo(functions: FunctionRegistry): [number, SqlInfoValue][] {
  const ofCategories = (...categories: readonly string[]): SqlInfoValue => {
    const names = [...new Set(functions.names())].filter((name) => /^[a-z]\w*$/.test(name))
    return texts(names.filter((name) => categories.includes(functions.scalar(name)?.documentation.category ?? '')).toSorted())
  }
  return [
    [SqlInfo.SQL_NUMERIC_FUNCTIONS, ofCategories('math', 'arithmetic')],
    [SqlInfo.SQL_STRING_FUNCTIONS, ofCategories('text', 'pattern')],
    [SqlInfo.SQL_SYSTEM_FUNCTIONS, ofCategories('session', 'conditional')],
    [SqlInfo.SQL_DATETIME_FUNCTIONS, ofCategories('temporal')],
  ]
}

function structureInfo(): [number, SqlInfoValue][] {
  return [
    [SqlInfo.SQL_SCHEMA_TERM, text('schema')],
    [SqlInfo.SQL_PROCEDURE_TERM, text('procedure')],
    [SqlInfo.SQL_CATALOG_TERM, text('catalog')],
    [SqlInfo.SQL_CATALOG_AT_START, flag(true)],
    [SqlInfo.SQL_SCHEMAS_SUPPORTED_ACTIONS, bits()],
    [SqlInfo.SQL_CATALOGS_SUPPORTED_ACTIONS, bits()],
    [SqlInfo.SQL_SUPPORTED_POSITIONED_COMMANDS, bits()],
    [SqlInfo.SQL_SELECT_FOR_UPDATE_SUPPORTED, flag(false)],
    [SqlInfo.SQL_STORED_PROCEDURES_SUPPORTED, flag(false)],
    [
      SqlInfo.SQL_SUPPORTED_SUBQUERIES,
      // Of the quantified ones there are = ANY and <> ALL only, which are IN and NOT IN.
      bits(
        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_COMPARISONS,
        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_EXISTS,
        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_INS,
      ),
    ],
    [SqlInfo.SQL_CORRELATED_SUBQUERIES_SUPPORTED, flag(true)],
    [SqlInfo.SQL_SUPPORTED_UNIONS, bits(SqlSupportedUnions.SQL_UNION, SqlSupportedUnions.SQL_UNION_ALL)],
    [SqlInfo.SQL_MAX_ROW_SIZE_INCLUDES_BLOBS, flag(true)],
    [SqlInfo.SQL_SUPPORTED_RESULT_SET_TYPES, bits(SqlSupportedResultSetType.SQL_RESULT_SET_TYPE_FORWARD_ONLY)],
    [SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_UNSPECIFIED, bits()],
    [SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_FORWARD_ONLY, bits(SqlSupportedResultSetConcurrency.SQL_RESULT_SET_CONCURRENCY_READ_ONLY)],
    [SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_SENSITIVE, bits()],
    [SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_INSENSITIVE, bits()],
    [SqlInfo.SQL_BATCH_UPDATES_SUPPORTED, flag(true)],
    [SqlInfo.SQL_NAMED_PARAMETERS_SUPPORTED, flag(false)],
    [SqlInfo.SQL_LOCATORS_UPDATE_COPY, flag(false)],
    [SqlInfo.SQL_STORED_FUNCTIONS_USING_CALL_SYNTAX_SUPPORTED, flag(false)],
  ]
}

function transactionInfo(): [number, SqlInfoValue][] {
  return [
    [SqlInfo.SQL_DEFAULT_TRANSACTION_ISOLATION, whole(BigInt(SqlTransactionIsolationLevel.SQL_TRANSACTION_NONE))],
    [SqlInfo.SQL_TRANSACTIONS_SUPPORTED, flag(false)],
    [SqlInfo.SQL_SUPPORTED_TRANSACTIONS_ISOLATION_LEVELS, bits(SqlTransactionIsolationLevel.SQL_TRANSACTION_NONE)],
    [SqlInfo.SQL_DATA_DEFINITION_CAUSES_TRANSACTION_COMMIT, flag(false)],
    [SqlInfo.SQL_DATA_DEFINITIONS_IN_TRANSACTIONS_IGNORED, flag(false)],
    [SqlInfo.SQL_SAVEPOINTS_SUPPORTED, flag(false)],
  ]
}

/** 0: no limit, or none known. */
const LIMITS = [
  SqlInfo.SQL_MAX_BINARY_LITERAL_LENGTH,
  SqlInfo.SQL_MAX_CHAR_LITERAL_LENGTH,
  SqlInfo.SQL_MAX_COLUMN_NAME_LENGTH,
  SqlInfo.SQL_MAX_COLUMNS_IN_GROUP_BY,
  SqlInfo.SQL_MAX_COLUMNS_IN_INDEX,
  SqlInfo.SQL_MAX_COLUMNS_IN_ORDER_BY,
  SqlInfo.SQL_MAX_COLUMNS_IN_SELECT,
  SqlInfo.SQL_MAX_COLUMNS_IN_TABLE,
  SqlInfo.SQL_MAX_CONNECTIONS,
  SqlInfo.SQL_MAX_CURSOR_NAME_LENGTH,
  SqlInfo.SQL_MAX_INDEX_LENGTH,
  SqlInfo.SQL_DB_SCHEMA_NAME_LENGTH,
  SqlInfo.SQL_MAX_PROCEDURE_NAME_LENGTH,
  SqlInfo.SQL_MAX_CATALOG_NAME_LENGTH,
  SqlInfo.SQL_MAX_ROW_SIZE,
  SqlInfo.SQL_MAX_STATEMENT_LENGTH,
  SqlInfo.SQL_MAX_STATEMENTS,
  SqlInfo.SQL_MAX_TABLE_NAME_LENGTH,
  SqlInfo.SQL_MAX_TABLES_IN_SELECT,
  SqlInfo.SQL_MAX_USERNAME_LENGTH,
]

/** The engine's type for each of the types that CONVERT is asked about. */
const CONVERTED: readonly (readonly [SqlSupportsConvert, DataType])[] = [
  [SqlSupportsConvert.SQL_CONVERT_BIGINT, int64],
  [SqlSupportsConvert.SQL_CONVERT_BINARY, binary],
  [SqlSupportsConvert.SQL_CONVERT_BIT, bool],
  [SqlSupportsConvert.SQL_CONVERT_CHAR, utf8],
  [SqlSupportsConvert.SQL_CONVERT_DATE, date32],
  [SqlSupportsConvert.SQL_CONVERT_DECIMAL, decimal(18, 3)],
  [SqlSupportsConvert.SQL_CONVERT_FLOAT, float64],
  [SqlSupportsConvert.SQL_CONVERT_INTEGER, int32],
  [SqlSupportsConvert.SQL_CONVERT_INTERVAL_DAY_TIME, interval],
  [SqlSupportsConvert.SQL_CONVERT_INTERVAL_YEAR_MONTH, interval],
  [SqlSupportsConvert.SQL_CONVERT_LONGVARBINARY, binary],
  [SqlSupportsConvert.SQL_CONVERT_LONGVARCHAR, utf8],
  [SqlSupportsConvert.SQL_CONVERT_NUMERIC, decimal(18, 3)],
  [SqlSupportsConvert.SQL_CONVERT_REAL, float32],
  [SqlSupportsConvert.SQL_CONVERT_SMALLINT, int16],
  [SqlSupportsConvert.SQL_CONVERT_TIME, time64],
  [SqlSupportsConvert.SQL_CONVERT_TIMESTAMP, timestamp('us')],
  [SqlSupportsConvert.SQL_CONVERT_TINYINT, int8],
  [SqlSupportsConvert.SQL_CONVERT_VARBINARY, binary],
  [SqlSupportsConvert.SQL_CONVERT_VARCHAR, utf8],
]

function conversions(): ReadonlyMap<number, readonly number[]> {
  return new Map(CONVERTED.map(([from, type]) => [from, CONVERTED.filter(([, to]) => isExplicitCast(type, to)).map(([to]) => to)]))
}

function text(value: string): SqlInfoValue {
  return { kind: 'string', value }
}

function texts(value: readonly string[]): SqlInfoValue {
  return { kind: 'string_list', value }
}

function flag(value: boolean): SqlInfoValue {
  return { kind: 'bool', value }
}

function whole(value: bigint): SqlInfoValue {
  return { kind: 'bigint', value }
}

function mask(value: number): SqlInfoValue {
  return { kind: 'int32_bitmask', value }
}

/** A bit for each number. */
function bits(...numbers: readonly number[]): SqlInfoValue {
  return mask(numbers.reduce((sum, number) => sum | (1 << number), 0))
}
