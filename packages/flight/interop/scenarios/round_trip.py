"""Puts batches of many types on a Flight server that keeps or echoes them, and compares what comes back."""
import datetime
import decimal
import json
import sys

import pyarrow as pa
import pyarrow.flight as flight

UTC = datetime.timezone.utc
table = pa.table({
    "flag": pa.array([True, None, False]),
    "small": pa.array([-128, None, 127], pa.int8()),
    "big": pa.array([-(2**63), None, 2**63 - 1], pa.int64()),
    "huge": pa.array([0, None, 2**64 - 1], pa.uint64()),
    "ratio": pa.array([1.5, None, float("inf")], pa.float64()),
    "money": pa.array([decimal.Decimal("-12345678901234567890.12"), None, decimal.Decimal("0.01")], pa.decimal128(38, 2)),
    "text": pa.array(["grüße, 世界 🚀", None, ""]),
    "view": pa.array(["a longer text than twelve bytes", None, "b"], pa.string_view()),
    "bytes": pa.array([b"\x00\xff", None, b""], pa.binary()),
    "day": pa.array([datetime.date(1969, 12, 31), None, datetime.date(9999, 12, 31)], pa.date32()),
    "at": pa.array([datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), None, datetime.datetime(2024, 3, 15, tzinfo=UTC)], pa.timestamp("us", "UTC")),
    "word": pa.array(["x", None, "y"]).dictionary_encode(),
    "list": pa.array([[1, None], None, []], pa.list_(pa.int32())),
    "struct": pa.array([{"a": 1}, None, {"a": None}], pa.struct([("a", pa.int16())])),
})
batches = table.to_batches(max_chunksize=2)


def read(reader):
    chunks, metadata = [], []
    while True:
        try:
            chunk = reader.read_chunk()
        except StopIteration:
            break
        chunks.append(chunk.data)
        metadata.append(chunk.app_metadata.to_pybytes() if chunk.app_metadata is not None else None)
    back = pa.Table.from_batches(chunks, reader.schema)
    return back.equals(table, check_metadata=True) and metadata == [b"0", b"1"]


client = flight.connect(sys.argv[1])
descriptor = flight.FlightDescriptor.for_path("table")
writer, acknowledgements = client.do_put(descriptor, table.schema)
for number, batch in enumerate(batches):
    writer.write_with_metadata(batch, str(number).encode())
    assert acknowledgements.read().to_pybytes() == str(number).encode()
writer.close()
info = client.get_flight_info(descriptor)
assert [location.uri.decode() for location in info.endpoints[0].locations] == [sys.argv[1]]
put = read(client.do_get(info.endpoints[0].ticket))

writer, reader = client.do_exchange(flight.FlightDescriptor.for_command(b"echo"))
writer.begin(table.schema)
for number, batch in enumerate(batches):
    writer.write_with_metadata(batch, str(number).encode())
writer.done_writing()
exchange = read(reader)
writer.close()
client.close()
print(json.dumps({"put": put, "exchange": exchange}))
