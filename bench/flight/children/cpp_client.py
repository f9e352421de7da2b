"""pyarrow's client in C++, the same for all Flight servers, and a plain socket. Speaks the protocol of commands.mjs."""
import json
import socket
import sys
import time

import pyarrow.flight as flight

clients = {}
held = []


def connect(address, own=False):
    return flight.connect(address, generic_options=[("grpc.use_local_subchannel_pool", 1)] if own else [])


def client_of(address):
    if address not in clients:
        clients[address] = connect(address)
    return clients[address]


def stream(task):
    """Reads a whole stream of batches by one DoGet. The ticket is SQL for one server and any text for the other."""
    began = time.perf_counter()
    count = 0
    for chunk in client_of(task["address"]).do_get(flight.Ticket(task["sql"].encode())):
        count += chunk.data.nbytes
    return {"seconds": time.perf_counter() - began, "bytes": count}


def raw(task):
    buffer = memoryview(bytearray(1 << 20))
    began = time.perf_counter()
    count = 0
    with socket.create_connection(("127.0.0.1", task["port"])) as connection:
        while received := connection.recv_into(buffer):
            count += received
    return {"seconds": time.perf_counter() - began, "bytes": count}


def two_calls(task):
    """GetFlightInfo, then DoGet of its ticket, on one connection: milliseconds of each pair."""
    client = client_of(task["address"])
    descriptor = flight.FlightDescriptor.for_command(task["sql"].encode())
    times = []
    for _ in range(task["rounds"]):
        began = time.perf_counter()
        info = client.get_flight_info(descriptor)
        client.do_get(info.endpoints[0].ticket).read_all()
        times.append((time.perf_counter() - began) * 1000)
    return times


def stall(task):
    """Opens readers on connections of their own that take one message and no more."""
    for _ in range(task["readers"]):
        client = connect(task["address"], own=True)
        reader = client.do_get(flight.Ticket(task["sql"].encode()))
        reader.read_chunk()
        held.append((client, reader))
    return len(held)


def let_go(_):
    for client, reader in held:
        reader.cancel()
        client.close()
    held.clear()
    return 0


COMMANDS = {"stream": stream, "raw": raw, "twoCalls": two_calls, "stall": stall, "letGo": let_go}

print('{"ready":true}', flush=True)
for line in sys.stdin:
    name, argument = json.loads(line)
    print(json.dumps(COMMANDS[name](argument)), flush=True)
