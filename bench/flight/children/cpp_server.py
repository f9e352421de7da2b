"""pyarrow's own server in C++: the same batches as often. Arguments: the file of the batches, repeats."""
import itertools
import json
import resource
import sys

import pyarrow as pa
import pyarrow.flight as flight

file, repeats = sys.argv[1], int(sys.argv[2])
with pa.OSFile(file) as source:
    reader = pa.ipc.open_stream(source.read_buffer())
    batches = list(reader)
    schema = reader.schema
one_row = pa.table({"1": pa.array([1], pa.int32())})
produced = 0


def endless():
    global produced
    for batch in itertools.cycle(batches):
        produced += 1
        yield batch


class Server(flight.FlightServerBase):
    def get_flight_info(self, context, descriptor):
        return flight.FlightInfo(one_row.schema, descriptor, [flight.FlightEndpoint(flight.Ticket(b"one row"), [])], 1, -1)

    def do_get(self, context, ticket):
        if ticket.ticket == b"one row":
            return flight.RecordBatchStream(one_row)
        if ticket.ticket == b"endless":
            return flight.RecordBatchStream(pa.RecordBatchReader.from_batches(schema, endless()))
        repeated = (batches[i % len(batches)] for i in range(repeats))
        return flight.RecordBatchStream(pa.RecordBatchReader.from_batches(schema, repeated))


def usage(_):
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/status") as status:
        resident = next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS")), 0)
    return {"cpuSeconds": used.ru_utime + used.ru_stime, "residentBytes": resident, "produced": produced}


server = Server("grpc://127.0.0.1:0")
COMMANDS = {"address": lambda _: f"grpc://127.0.0.1:{server.port}", "usage": usage}

print('{"ready":true}', flush=True)
for line in sys.stdin:
    name, argument = json.loads(line)
    print(json.dumps(COMMANDS[name](argument)), flush=True)
server.shutdown()
