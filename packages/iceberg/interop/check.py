"""Reads and writes Iceberg tables with pyiceberg and DuckDB, for the tests beside this file.

    check.py static FOLDER [REF]            rows by pyiceberg's StaticTable
    check.py duckdb FOLDER                  rows by DuckDB's iceberg_scan
    check.py catalog DB WAREHOUSE TABLE     rows by pyiceberg's SqlCatalog
    check.py append DB WAREHOUSE TABLE      appends three rows by pyiceberg, and prints the rows then
    check.py filter FOLDER EXPRESSION       how many rows pyiceberg's filter keeps

Prints JSON: one object for each row, in the form of `jsonValue` in tables.ts.
"""

import datetime
import decimal
import glob
import json
import math
import os
import sys
import uuid

import pyarrow as pa


def json_value(field_type, value):
    if value is None:
        return None
    if isinstance(value, bool):
        return value
    if pa.types.is_int64(field_type):
        return str(value)
    if pa.types.is_decimal(field_type):
        exponent = -value.as_tuple().exponent
        return str(int(value.scaleb(exponent, context=decimal.Context(prec=80))))
    if pa.types.is_date(field_type):
        return (value - datetime.date(1970, 1, 1)).days
    if pa.types.is_list(field_type) or pa.types.is_large_list(field_type):
        return [json_value(field_type.value_type, item) for item in value]
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value
    return value


def json_rows(table):
    columns = {}
    for field in table.schema:
        column = table[field.name]
        # As int64: Python's own times end in the year 9999 and have no nanoseconds.
        if pa.types.is_timestamp(field.type) or pa.types.is_time(field.type):
            column = column.cast(pa.int64())
        columns[field.name] = [json_value(column.type, value) for value in column.to_pylist()]
    count = table.num_rows
    return [{name: values[i] for name, values in columns.items()} for i in range(count)]


def metadata_file(folder):
    with open(os.path.join(folder, "metadata", "version-hint.text")) as hint:
        stem = hint.read()
    found = glob.glob(os.path.join(folder, "metadata", f"v{stem}.metadata.json")) + glob.glob(
        os.path.join(folder, "metadata", f"{stem}.metadata.json")
    )
    return found[0]


def static_table(folder):
    from pyiceberg.table import StaticTable

    return StaticTable.from_metadata(metadata_file(folder))


def sql_catalog(database, warehouse):
    from pyiceberg.catalog.sql import SqlCatalog

    return SqlCatalog("artemis", uri=f"sqlite:///{database}", warehouse=warehouse)


def duckdb_rows(folder):
    import duckdb
    import duckdb_extension_avro
    import duckdb_extension_iceberg

    connection = duckdb.connect()
    for module, name in ((duckdb_extension_avro, "avro"), (duckdb_extension_iceberg, "iceberg")):
        root = os.path.dirname(module.__file__)
        (path,) = glob.glob(os.path.join(root, "extensions", "*", f"{name}.duckdb_extension"))
        connection.execute(f"LOAD '{path}'")
    connection.execute("SET TimeZone = 'UTC'")
    relation = connection.execute(f"SELECT * FROM iceberg_scan('{folder}')")
    table = relation.to_arrow_table() if hasattr(relation, "to_arrow_table") else relation.fetch_arrow_table()
    rows = json_rows(table)
    for row in rows:
        if isinstance(row.get("uid"), str):
            row["uid"] = row["uid"].replace("-", "")
    return rows


def append_rows(table):
    at = datetime.datetime(2024, 3, 15, 1, 2, 3, 456789, tzinfo=datetime.timezone.utc)
    schema = table.schema().as_arrow()
    born = datetime.date(1969, 12, 31)
    rows = [
        {"id": 9007199254740997, "ratio": 0.1, "at": at, "mission": "from python", "born": born},
        {"id": 1000, "ratio": None, "at": None, "mission": None, "born": None},
        {"id": 1001, "ratio": float("nan"), "at": at + datetime.timedelta(days=1), "mission": "apollo-7", "born": born},
    ]
    table.append(pa.Table.from_pylist(rows, schema=schema))


def main(command, *arguments):
    if command == "static":
        table = static_table(arguments[0])
        scan = table.scan()
        if len(arguments) > 1:
            scan = scan.use_ref(arguments[1])
        return json_rows(scan.to_arrow())
    if command == "filter":
        return static_table(arguments[0]).scan(row_filter=arguments[1]).to_arrow().num_rows
    if command == "duckdb":
        return duckdb_rows(arguments[0])
    database, warehouse, name = arguments
    catalog = sql_catalog(database, warehouse)
    assert ("sda",) in catalog.list_namespaces()
    assert tuple(name.split(".")) in catalog.list_tables("sda")
    table = catalog.load_table(name)
    if command == "append":
        append_rows(table)
    return json_rows(table.scan().to_arrow())


json.dump(main(*sys.argv[1:]), sys.stdout)
