"""What is measured once: memory, start, and a table that has grown."""

import contextlib
import statistics
import time

import proc
import seed
import stack as stacks
from support.client import Client
from support.service import run
from wrk import Numbers, run_wrk

CONNECTIONS = 64
LOAD_SECONDS = 5  # a turn of creates between two looks at their number
STARTS = 7


def memory_after(creates):
    """Resident memory of the service on SQLite, once so many payments have been created in one life of it."""
    with stacks.stack("sqlite") as stack:
        numbers, done = Numbers(), 0
        while done < creates:
            done += run_wrk("create", CONNECTIONS, LOAD_SECONDS, stack, numbers)["requests"]
        return {"creates": done} | proc.memory_mib(stack.service_pid)


def first_answer_ms(database, folder, arguments=(), env=None):
    """From starting the program to its first answer."""
    service = stacks.service_on(database, folder, arguments=arguments, env=env)
    begin = time.perf_counter()
    with service:
        client = Client(service.port)
        assert client.get("/").status == 200
        taken = time.perf_counter() - begin
        client.close()
    return round(1000 * taken, 1)


def start_times(kinds):
    times = {}
    for kind in kinds:
        with stacks.DATABASES[kind]() as (database, _, _), stacks.scratch_folder() as folder:
            empty = first_answer_ms(database, folder)
            migrated = statistics.median(first_answer_ms(database, folder) for _ in range(STARTS))
            times[kind] = {"empty_ms": empty, "migrated_ms": migrated}
    return times


def list_page_ms(stack):
    """The median time of one page of the list, the newest and one of an order."""
    client, taken = Client(stack.port), []
    with contextlib.closing(client):
        for _ in range(100):
            begin = time.perf_counter()
            assert client.get("/payments?limit=20").status == 200
            assert client.get("/payments?limit=20&user_id=1").status == 200
            taken.append((time.perf_counter() - begin) / 2)
    return round(1000 * statistics.median(taken), 3)


def create_rate(database, folder, rows, seconds):
    with stacks.service_on(database, folder) as service:
        stack = stacks.Stack(service, {})
        numbers = Numbers(next_order=rows + 1)
        run_wrk("create", CONNECTIONS, 1, stack, numbers)
        rate = run_wrk("create", CONNECTIONS, seconds, stack, numbers)["requests_per_second"]
        return rate, list_page_ms(stack)


def full_table_against_empty(rows, seconds):
    """Creates per second on SQLite with so many payments there, and with none, one after the other."""
    with stacks.scratch_folder() as folder:
        empty, list_empty_ms = create_rate(stacks.Sqlite(folder, "empty.db"), folder, 0, seconds)
        database = stacks.Sqlite(folder, "full.db")
        migrated = run("migrate", env=database.env)
        assert migrated.returncode == 0, migrated
        seed.fill(database.path, rows)
        full, list_full_ms = create_rate(database, folder, rows, seconds)
    return {"rows": rows, "empty": empty, "full": full, "ratio": round(full / empty, 2),
            "list_empty_ms": list_empty_ms, "list_full_ms": list_full_ms}
