"""Rules that go while calls are being decided on, on PostgreSQL, where two processes decide at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from tests.conftest import start_server, wait_for
from tests.databases import fresh
from tests.faults.conftest import Rules

QUEUES = 0x71756575  # the lock of `apps.queues.take`

WAITS = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def test_a_rule_by_chance_that_is_deleted_meanwhile_fails_no_call(tmp_path: Path) -> None:
    database = fresh("postgres")
    server = start_server(tmp_path, **database)
    try:
        rules = Rules(server)
        rule = rules.add("faults", fault="overloaded", probability_pct=50)
        with ThreadPoolExecutor(1) as pool:
            with psycopg.connect(database["DATABASE_URL"]) as other:
                other.execute("SELECT pg_advisory_xact_lock(%s)", [QUEUES])
                asking = pool.submit(rules.chat, "raced")
                # Its rules are read by the time it waits for the queues.
                wait_for(lambda: other.execute(WAITS).fetchone() != (0,))
                other.execute("DELETE FROM faults_faultrule WHERE id = %s", [rule["id"]])
                other.execute("UPDATE faults_control SET token = token + 1")
            assert asking.result().status_code == 200
    finally:
        server.stop()
