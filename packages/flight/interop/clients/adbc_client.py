"""ADBC's Flight SQL driver against the server: reads {"address", "token", "step", …} on stdin, prints what it saw as JSON."""
import json
import sys
import threading
import time
import warnings

import adbc_driver_flightsql
import adbc_driver_flightsql.dbapi as dbapi
import adbc_driver_manager
import pyarrow as pa
from adbc_driver_flightsql import ConnectionOptions, DatabaseOptions

import canonical

task = json.load(sys.stdin)


def connect(**more):
    options = {DatabaseOptions.WITH_COOKIE_MIDDLEWARE.value: "true", **more}
    if task.get("root"):
        options[DatabaseOptions.TLS_ROOT_CERTS.value] = open(task["root"]).read()
    if task.get("user"):
        options.update(username=task["user"], password=task["token"])
    elif task.get("token"):
        options[DatabaseOptions.AUTHORIZATION_HEADER.value] = f"Bearer {task['token']}"
    return dbapi.connect(task["address"], db_kwargs=options, autocommit=True)


def failure(call):
    try:
        call()
    except (dbapi.Error, pa.ArrowException, OSError) as error:
        status = getattr(error, "status_code", None)
        return {"type": type(error).__name__, "status": getattr(status, "name", None), "message": str(error)}
    return None


def table_of(cursor, sql, parameters=None):
    cursor.execute(sql, parameters)
    table = cursor.fetch_arrow_table()
    table.validate(full=True)
    return table


def queries():
    results = []
    with connect() as connection, connection.cursor() as cursor:
        for sql in task["queries"]:
            try:
                results.append(canonical.result(table_of(cursor, sql)))
            except (dbapi.Error, pa.ArrowException) as error:
                results.append({"error": type(error).__name__, "message": str(error)})
    return results


def metadata():
    with connect() as connection:
        tree = connection.adbc_get_objects(depth="all").read_all().to_pylist()
        found = {}
        for catalog in tree:
            for schema in catalog["catalog_db_schemas"]:
                for table in schema["db_schema_tables"]:
                    name = ".".join([catalog["catalog_name"], schema["db_schema_name"], table["table_name"]])
                    found[name] = [table["table_type"], [[c["column_name"], c["ordinal_position"]] for c in table["table_columns"]]]
        narrow = connection.adbc_get_objects(depth="tables", catalog_filter="artemis", db_schema_filter="s%", table_name_filter="%ss%").read_all().to_pylist()
        base = connection.adbc_get_objects(depth="tables", catalog_filter="artemis", table_types_filter=["BASE TABLE"]).read_all().to_pylist()
        schema = connection.adbc_get_table_schema("missions", catalog_filter="artemis", db_schema_filter="sda")
        return {
            "info": {str(key): str(value) for key, value in connection.adbc_get_info().items()},
            "types": sorted(connection.adbc_get_table_types()),
            "tables": found,
            "narrow": [t["table_name"] for c in narrow for s in c["catalog_db_schemas"] for t in s["db_schema_tables"]],
            "base": [t["table_name"] for c in base for s in c["catalog_db_schemas"] for t in s["db_schema_tables"]],
            "schema": [[field.name, str(field.type)] for field in schema],
        }


def parameters():
    """Values by position, of each kind that Python has, through a bound batch."""
    with connect() as connection, connection.cursor() as cursor:
        seen = {}
        seen["values"] = canonical.result(table_of(cursor, "SELECT ? AS a, ? AS b, ? AS c", (2**62 + 1, "grüße", 0.1)))["rows"]
        seen["filter"] = canonical.result(table_of(cursor, task["filter"], tuple(task["values"])))
        seen["null"] = canonical.result(table_of(cursor, "SELECT CAST(? AS BIGINT) IS NULL AS n", (None,)))["rows"]
        seen["parameter schema"] = [str(field.type) for field in cursor.adbc_prepare(task["filter"])]
        schema = cursor.adbc_execute_schema("SELECT 1 AS a, 'x' AS b")
        seen["schema"] = [[field.name, str(field.type)] for field in schema]
        return seen


def updates():
    with connect() as connection, connection.cursor() as cursor:
        seen = {}
        cursor.execute("CREATE TABLE memory.main.things (id BIGINT, name VARCHAR, price DECIMAL(12, 2))")
        cursor.execute("INSERT INTO memory.main.things VALUES (1, 'one', 1.10), (2, NULL, 2.20)")
        seen["inserted"] = cursor.rowcount
        cursor.executemany("INSERT INTO memory.main.things VALUES (?, ?, 3.30)", [(3, "three"), (4, "four"), (5, None)])
        seen["bound"] = cursor.rowcount
        seen["rows"] = canonical.result(table_of(cursor, "SELECT * FROM memory.main.things ORDER BY id"))
        more = pa.table({"id": pa.array([6, None], pa.int64()), "name": ["six", "世界"], "price": pa.array([None, None], pa.decimal128(12, 2))})
        seen["appended"] = cursor.adbc_ingest("things", more, mode="append", catalog_name="memory", db_schema_name="main")
        made = pa.table({"number": pa.array(range(100_000), pa.int64()), "text": [f"row {n}" for n in range(100_000)]})
        seen["created"] = cursor.adbc_ingest("made", made, mode="create", catalog_name="memory", db_schema_name="main")
        seen["count"] = canonical.result(table_of(cursor, "SELECT COUNT(*) AS n, SUM(number) AS s, MAX(text) AS t FROM memory.main.made"))["rows"]
        seen["again"] = failure(lambda: cursor.adbc_ingest("made", made, mode="create", catalog_name="memory", db_schema_name="main"))
        seen["replaced"] = cursor.adbc_ingest("made", made.slice(0, 7), mode="replace", catalog_name="memory", db_schema_name="main")
        seen["kept"] = canonical.result(table_of(cursor, "SELECT COUNT(*) AS n FROM memory.main.made"))["rows"]
        seen["all"] = canonical.result(table_of(cursor, "SELECT COUNT(*) AS n, COUNT(name) AS names FROM memory.main.things"))["rows"]
        with connect() as other, other.cursor() as stranger:
            seen["other session"] = failure(lambda: stranger.execute("SELECT * FROM memory.main.things"))
        cursor.execute("DROP TABLE memory.main.made")
        seen["dropped"] = failure(lambda: cursor.execute("SELECT * FROM memory.main.made"))
        return seen


def defaults():
    """As a new user would: DBAPI's default asks for transactions, which are not there."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kwargs = {DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {task['token']}"}
        with dbapi.connect(task["address"], db_kwargs=kwargs) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE memory.main.counted (n BIGINT)")
            cursor.execute("INSERT INTO memory.main.counted VALUES (1), (2), (3)")
            rows = canonical.result(table_of(cursor, "SELECT SUM(n) AS s FROM memory.main.counted"))["rows"]
    return {"rows": rows, "warnings": [str(each.message) for each in caught]}


def sessions():
    with connect() as connection:
        raw, seen = connection.adbc_connection, {}
        raw.set_options(**{"adbc.flight.sql.session.option.timezone": "Asia/Tokyo"})
        seen["zone"] = raw.get_option("adbc.flight.sql.session.option.timezone")
        raw.set_options(**{"adbc.flight.sql.session.option.catalog": "artemis", "adbc.flight.sql.session.option.schema": "sda"})
        with connection.cursor() as cursor:
            seen["unqualified"] = canonical.result(table_of(cursor, "SELECT COUNT(*) AS n FROM missions"))["rows"]
        seen["unknown"] = failure(lambda: raw.set_options(**{"adbc.flight.sql.session.option.nonsense": "1"}))
        return seen


def cancel():
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(task["sql"])
        reader = cursor.fetch_record_batch()
        reader.read_next_batch()
        seen, start = {}, time.monotonic()
        threading.Timer(0.05, cursor.adbc_cancel).start()

        def drain():
            for batch in reader:
                pass

        seen["error"] = failure(drain)
        seen["seconds"] = time.monotonic() - start
    with connect() as connection, connection.cursor() as cursor:
        seen["after"] = canonical.result(table_of(cursor, "SELECT 1 AS one"))["rows"]
        return seen


def authentication():
    answer = lambda: connect().cursor().execute("SELECT 1")
    seen = {"right": failure(answer)}
    for name, change in (("wrong", {"token": "nonsense"}), ("none", {"token": None})):
        kept = dict(task)
        task.update(change)
        task.pop("user", None)
        seen[name] = failure(answer)
        task.clear()
        task.update(kept)
    return seen


print(json.dumps(globals()[task["step"]]()))
