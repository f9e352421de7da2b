/** The statements of the SQLite catalog. Databases of pyiceberg may lack the column `iceberg_type`: ours have it. */
import { IoError } from '@artemis/errors'
import type { SqliteDatabase, SqliteValue } from './sqlite-database.js'

const CREATE_TABLES = `
CREATE TABLE IF NOT EXISTS iceberg_tables (
  catalog_name VARCHAR(255) NOT NULL,
  table_namespace VARCHAR(255) NOT NULL,
  table_name VARCHAR(255) NOT NULL,
  metadata_location VARCHAR(1000),
  previous_metadata_location VARCHAR(1000),
  iceberg_type VARCHAR(5),
  PRIMARY KEY (catalog_name, table_namespace, table_name)
)`

const CREATE_NAMESPACES = `
CREATE TABLE IF NOT EXISTS iceberg_namespace_properties (
  catalog_name VARCHAR(255) NOT NULL,
  namespace VARCHAR(255) NOT NULL,
  property_key VARCHAR(255) NOT NULL,
  property_value VARCHAR(1000) NOT NULL,
  PRIMARY KEY (catalog_name, namespace, property_key)
)`

const OF_TABLE = 'catalog_name = ? AND table_namespace = ? AND table_name = ?'

export interface TableKey {
  readonly namespace: string
  readonly name: string
}

export class SqliteCatalogRows {
  readonly #database: SqliteDatabase
  readonly #catalog: string
  /** Restricts to tables where the column exists, as Java keeps views in the same table. */
  readonly #isTable: string
  readonly #hasType: boolean

  constructor(database: SqliteDatabase, catalog: string) {
    this.#database = database
    this.#catalog = catalog
    this.#run(CREATE_TABLES, [])
    this.#run(CREATE_NAMESPACES, [])
    this.#hasType = this.#all('PRAGMA table_info(iceberg_tables)', []).some((column) => column['name'] === 'iceberg_type')
    this.#isTable = this.#hasType ? " AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)" : ''
  }

  /** Dotted names of all namespaces that were created or hold a table. */
  namespaces(): readonly string[] {
    const rows = this.#all(
      `SELECT namespace AS name FROM iceberg_namespace_properties WHERE catalog_name = ?
       UNION SELECT table_namespace FROM iceberg_tables WHERE catalog_name = ?`,
      [this.#catalog, this.#catalog],
    )
    return rows.map((row) => String(row['name'])).sort()
  }

  namespaceProperties(namespace: string): Readonly<Record<string, string>> {
    const rows = this.#all(
      'SELECT property_key, property_value FROM iceberg_namespace_properties WHERE catalog_name = ? AND namespace = ?',
      [this.#catalog, namespace],
    )
    return Object.fromEntries(rows.map((row) => [String(row['property_key']), String(row['property_value'])]))
  }

  setNamespaceProperties(namespace: string, properties: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(properties)) {
      this.#run('INSERT OR REPLACE INTO iceberg_namespace_properties VALUES (?, ?, ?, ?)', [this.#catalog, namespace, name, value])
    }
  }

  removeNamespace(namespace: string): void {
    this.#run('DELETE FROM iceberg_namespace_properties WHERE catalog_name = ? AND namespace = ?', [this.#catalog, namespace])
  }

  tables(namespace: string): readonly string[] {
    const rows = this.#all(
      `SELECT table_name FROM iceberg_tables WHERE catalog_name = ? AND table_namespace = ?${this.#isTable} ORDER BY table_name`,
      [this.#catalog, namespace],
    )
    return rows.map((row) => String(row['table_name']))
  }

  metadataLocation(key: TableKey): string | undefined {
    const location = this.#all(`SELECT metadata_location FROM iceberg_tables WHERE ${OF_TABLE}${this.#isTable}`, this.#of(key))[0]?.[
      'metadata_location'
    ]
    return typeof location === 'string' ? location : undefined
  }

  /** False when the table is there already. */
  insertTable(key: TableKey, location: string): boolean {
    const type = this.#hasType ? ", 'TABLE'" : ''
    return this.#run(`INSERT OR IGNORE INTO iceberg_tables VALUES (?, ?, ?, ?, NULL${type})`, [...this.#of(key), location]) === 1
  }

  /** False when the metadata is no longer `base`. */
  replaceMetadata(key: TableKey, change: { readonly location: string; readonly base: string }): boolean {
    const changed = this.#run(
      `UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = ? WHERE ${OF_TABLE} AND metadata_location = ?`,
      [change.location, change.base, ...this.#of(key), change.base],
    )
    return changed === 1
  }

  removeTable(key: TableKey): boolean {
    return this.#run(`DELETE FROM iceberg_tables WHERE ${OF_TABLE}${this.#isTable}`, this.#of(key)) === 1
  }

  renameTable(from: TableKey, to: TableKey): boolean {
    return (
      this.#run(`UPDATE iceberg_tables SET table_namespace = ?, table_name = ? WHERE ${OF_TABLE}${this.#isTable}`, [
        to.namespace,
        to.name,
        ...this.#of(from),
      ]) === 1
    )
  }

  close(): void {
    this.#database.close()
  }

  #of(key: TableKey): readonly SqliteValue[] {
    return [this.#catalog, key.namespace, key.name]
  }

  #run(sql: string, parameters: readonly SqliteValue[]): number {
    return this.#guard(() => this.#database.run(sql, parameters))
  }

  #all(sql: string, parameters: readonly SqliteValue[]): readonly Readonly<Record<string, unknown>>[] {
    return this.#guard(() => this.#database.all(sql, parameters))
  }

  #guard<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new IoError({ code: 'CATALOG_FAILED', message: `the SQLite catalog failed: ${reason}`, cause: error })
    }
  }
}
