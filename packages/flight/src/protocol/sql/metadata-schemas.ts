/**
 * The result schemas of Flight SQL's metadata commands, as FlightSql.proto's comments give them: names, order and
 * nullability count, for clients compare them. GetSqlInfo's, which has a union, is in sql-info.ts.
 */

import type { Schema } from '@artemis/arrow'
import { binary, bool, field, int32, list, schema, uint8, utf8 } from '@artemis/arrow'

const text = (name: string): ReturnType<typeof field> => field(name, utf8, false)
const optionalText = (name: string): ReturnType<typeof field> => field(name, utf8, true)
const number = (name: string): ReturnType<typeof field> => field(name, int32, false)
const optionalNumber = (name: string): ReturnType<typeof field> => field(name, int32, true)

export const CATALOGS_SCHEMA: Schema = schema([text('catalog_name')])

export const DB_SCHEMAS_SCHEMA: Schema = schema([optionalText('catalog_name'), text('db_schema_name')])

export const TABLES_SCHEMA: Schema = schema([optionalText('catalog_name'), optionalText('db_schema_name'), text('table_name'), text('table_type')])

export const TABLES_WITH_SCHEMA_SCHEMA: Schema = schema([...TABLES_SCHEMA.fields, field('table_schema', binary, false)])

export const TABLE_TYPES_SCHEMA: Schema = schema([text('table_type')])

/** `key_sequence` stands before `key_name` in every implementation and their tests, whatever order the comment has. */
export const PRIMARY_KEYS_SCHEMA: Schema = schema([
  optionalText('catalog_name'),
  optionalText('db_schema_name'),
  text('table_name'),
  text('column_name'),
  number('key_sequence'),
  optionalText('key_name'),
])

/** Of GetExportedKeys, GetImportedKeys and GetCrossReference. */
export const FOREIGN_KEYS_SCHEMA: Schema = schema([
  optionalText('pk_catalog_name'),
  optionalText('pk_db_schema_name'),
  text('pk_table_name'),
  text('pk_column_name'),
  optionalText('fk_catalog_name'),
  optionalText('fk_db_schema_name'),
  text('fk_table_name'),
  text('fk_column_name'),
  number('key_sequence'),
  optionalText('fk_key_name'),
  optionalText('pk_key_name'),
  field('update_rule', uint8, false),
  field('delete_rule', uint8, false),
])

export const XDBC_TYPE_INFO_SCHEMA: Schema = schema([
  text('type_name'),
  number('data_type'),
  optionalNumber('column_size'),
  optionalText('literal_prefix'),
  optionalText('literal_suffix'),
  field('create_params', list(field('item', utf8, false)), true),
  number('nullable'),
  field('case_sensitive', bool, false),
  number('searchable'),
  field('unsigned_attribute', bool, true),
  field('fixed_prec_scale', bool, false),
  field('auto_increment', bool, true),
  optionalText('local_type_name'),
  optionalNumber('minimum_scale'),
  optionalNumber('maximum_scale'),
  number('sql_data_type'),
  optionalNumber('datetime_subcode'),
  optionalNumber('num_prec_radix'),
  optionalNumber('interval_precision'),
])
