"""pyarrow.flight against the server: reads {"address", "root", "token", "step", …} on stdin, prints what it saw as JSON."""
import json
import sys
import time

import pyarrow as pa
import pyarrow.flight as flight

import canonical

task = json.load(sys.stdin)
root = {
    name: open(task[key], "rb").read()
    for name, key in (("tls_root_certs", "root"), ("cert_chain", "certificate"), ("private_key", "key"))
    if task.get(key)
}


def connect():
    return flight.connect(task["address"], **root)


def bearer(token):
    if token is None:
        return flight.FlightCallOptions()
    return flight.FlightCallOptions(headers=[(b"authorization", f"Bearer {token}".encode())])


def failure(call):
    try:
        call()
    except flight.FlightError as error:
        return {"type": type(error).__name__, "message": str(error)}
    except pa.ArrowException as error:
        return {"type": type(error).__name__, "message": str(error)}
    return None


class Basic(flight.ClientAuthHandler):
    """The old way: BasicAuth as Handshake's payload, and the token in auth-token-bin from then on."""

    def __init__(self, user, password):
        super().__init__()
        self.user, self.password, self.token = user, password, None

    def authenticate(self, outgoing, incoming):
        outgoing.write(flight.BasicAuth(self.user, self.password).serialize())
        self.token = incoming.read()

    def get_token(self):
        return self.token


def read(client, options, descriptor):
    info = client.get_flight_info(descriptor, options)
    assert len(info.endpoints) == 1
    table = client.do_get(info.endpoints[0].ticket, options).read_all()
    assert table.schema.equals(info.schema), (table.schema, info.schema)
    assert client.get_schema(descriptor, options).schema.equals(info.schema)
    table.validate(full=True)
    return table


def queries():
    client, options, results = connect(), bearer(task["token"]), []
    for sql in task["queries"]:
        try:
            results.append(canonical.result(read(client, options, flight.FlightDescriptor.for_command(sql.encode()))))
        except (flight.FlightError, pa.ArrowException) as error:
            results.append({"error": type(error).__name__, "message": str(error)})
    return results


def tickets():
    """DoGet with tickets of JSON, each as text."""
    client, options = connect(), bearer(task["token"])
    return [canonical.result(client.do_get(flight.Ticket(text.encode()), options).read_all()) for text in task["tickets"]]


def authentication():
    query = flight.FlightDescriptor.for_command(b"SELECT 42 AS answer")
    answer = lambda client, options=None: read(client, options, query).column(0).to_pylist()
    seen = {}
    seen["bearer"] = answer(connect(), bearer(task["token"]))
    client = connect()
    name, value = client.authenticate_basic_token(task["user"], task["token"])
    seen["basic"] = answer(client, flight.FlightCallOptions(headers=[(name, value)]))
    client = connect()
    client.authenticate(Basic(task["user"], task["token"]))
    seen["handshake"] = answer(client)
    seen["none"] = failure(lambda: answer(connect()))
    seen["wrong"] = failure(lambda: answer(connect(), bearer(task["token"][:-3] + "xyz")))
    seen["wrong basic"] = failure(lambda: connect().authenticate_basic_token(task["user"], "nonsense"))
    seen["wrong handshake"] = failure(lambda: connect().authenticate(Basic(task["user"], "nonsense")))
    return seen


def listing():
    client, options = connect(), bearer(task["token"])
    flights = [
        {"path": [part.decode() for part in info.descriptor.path], "columns": info.schema.names, "rows": info.total_records, "info": info}
        for info in client.list_flights(options=options)
    ]
    reads = {}
    for each in flights:
        info = each.pop("info")
        if ".".join(each["path"]) in task["read"]:
            reads[".".join(each["path"])] = client.do_get(info.endpoints[0].ticket, options).read_all().num_rows
    return {"flights": flights, "read": reads, "actions": sorted(action.type for action in client.list_actions(options))}


def commands():
    """Flight SQL's metadata commands without fields, as an Any each: Arrow's C++ checks the unions, maps and lists of the answers."""
    client, options, seen = connect(), bearer(task["token"]), {}
    for name in task["commands"]:
        url = b"type.googleapis.com/arrow.flight.protocol.sql." + name.encode()
        table = read(client, options, flight.FlightDescriptor.for_command(b"\x0a" + bytes([len(url)]) + url))
        columns = [[field.name, str(field.type), field.nullable] for field in table.schema]
        seen[name] = {"columns": columns, "first": [str(value) for value in table.column(0).to_pylist()]}
        if name == "CommandGetSqlInfo":
            seen["values"] = {str(key): value for key, value in zip(table.column(0).to_pylist(), table.column(1).to_pylist())}
    return seen


def cancel():
    """Reads one chunk of a large result, cancels, and is able to go on with the connection."""
    client, options = connect(), bearer(task["token"])
    info = client.get_flight_info(flight.FlightDescriptor.for_command(task["sql"].encode()), options)
    reader = client.do_get(info.endpoints[0].ticket, options)
    rows = reader.read_chunk().data.num_rows
    reader.cancel()
    # Not read_all: pyarrow takes a cancelled stream in it for Ctrl-C. What had arrived is still there.
    error = failure(lambda: [reader.read_chunk() for _ in range(1000)])
    after = read(client, options, flight.FlightDescriptor.for_command(b"SELECT 1 AS one")).column(0).to_pylist()
    deadline = flight.FlightCallOptions(timeout=0.4, headers=[(b"authorization", f"Bearer {task['token']}".encode())])
    ticket = client.get_flight_info(flight.FlightDescriptor.for_command(task["sql"].encode()), options).endpoints[0].ticket
    start = time.monotonic()
    late = failure(lambda: client.do_get(ticket, deadline).read_all())
    return {"rows": rows, "error": error, "after": after, "late": late, "seconds": time.monotonic() - start}


print(json.dumps(globals()[task["step"]]()))
