"""What a team's server has to survive: Redis away, everything restarted, a database put back."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from websockets.exceptions import InvalidStatus

from deploy.trial.calls import CALL, answer, left, queue, waiting
from deploy.trial.stack import Stack, wait_for
from deploy.trial.steps import check, watching

REDIS_AWAY_S = 30
PARKED = 4


def redis_away(stack: Stack) -> str:
    """30 s without Redis: presets go on without a 5xx, and calls that wait are answered, whoever holds them."""
    stack.api.put("/api/fallback", json={"text": "manual"}).raise_for_status()
    queue(stack, "redis", 500)
    with ThreadPoolExecutor(PARKED) as pool:
        parked = [pool.submit(_wait_at_desk, stack, f"parked-{number}") for number in range(PARKED)]
        items = waiting(stack, PARKED)
        stack.compose("stop", "redis")
        refused = _dashboard_code(stack)
        codes: list[int] = []
        slowest_s, end = 0.0, time.monotonic() + REDIS_AWAY_S
        while time.monotonic() < end and len(codes) < 400:
            began = time.monotonic()
            reply = stack.calls.post("/as/redis/v1/chat/completions", json=CALL)
            codes.append(reply.status_code)
            slowest_s = max(slowest_s, time.monotonic() - began)
            time.sleep(0.05)
        check(true=set(codes) == {200}, what=f"without Redis: {sorted(set(codes))}")
        check(true=refused == 503, what=f"a dashboard that opens: {refused}")
        began = time.monotonic()
        answer(stack, items[0]["id"], "without")
        took_s = time.monotonic() - began
        time.sleep(max(0.0, end - time.monotonic()))
        stack.compose("start", "redis")
        for item in items[1:]:
            answer(stack, item["id"], "again")
        said = sorted(call.result(timeout=60) for call in parked)
    check(true=said == [(200, "again")] * (PARKED - 1) + [(200, "without")], what=str(said))
    stack.wait_until_healthy()
    wait_for(lambda: _dashboard_code(stack) == 101, "dashboards again")
    return (
        f"{len(codes)} presets while Redis was away for {REDIS_AWAY_S} s, all 200, the slowest {slowest_s * 1000:.0f} ms; "
        f"{PARKED} parked calls answered, one of them without Redis ({took_s:.1f} s); a dashboard that opened meanwhile "
        f"got a {refused}, and came in afterwards; {nothing_failed(stack)}"
    )


def _dashboard_code(stack: Stack) -> int:
    """What a dashboard that opens is answered: 101 is welcome."""
    try:
        watching(stack).close()
    except InvalidStatus as error:
        return error.response.status_code
    return 101


def nothing_failed(stack: Stack) -> str:
    """How many lines the log of web has; none tells of a failure, but that a worker was killed, which we did."""
    lines = stack.compose("logs", "--no-color", "web").decode().splitlines()
    bad = [
        line
        for line in lines
        if re.search(r"Traceback| (?:ERROR|CRITICAL) (?!apps.gateway.supervisor)", line)
    ]
    check(true=not bad, what="\n".join(bad[:5]))
    return f"{len(lines)} lines in the log of web, no traceback"


def database_away(stack: Stack) -> str:
    """PostgreSQL stopped for some seconds: everybody is told so, in the shape that they can read."""
    queue(stack, "database", 1)
    stack.api.timeout = stack.calls.timeout = httpx.Timeout(
        60
    )  # a name that is gone may take long to be told so
    with ThreadPoolExecutor(1) as pool:
        parked = pool.submit(_wait_at_desk, stack, "outlives")
        [item] = waiting(stack, 1)
        stack.compose("stop", "postgres")
        began = time.monotonic()
        call = stack.calls.post("/as/database/v1/chat/completions", json=CALL)
        call_s = time.monotonic() - began
        rest = stack.api.get("/api/preset-queue")
        page = httpx.get(f"{stack.url}/", headers={"cookie": "sessionid=" + "x" * 32}, timeout=60)
        told = [
            (call.status_code, call.json()["error"]["code"]),
            (rest.status_code, set(rest.json())),
            (page.status_code, "text/html" in page.headers["content-type"]),
        ]
        check(
            true=told == [(503, "database_unavailable"), (503, {"detail"}), (503, True)],
            what=f"without PostgreSQL: {told}",
        )
        check(true="retry-after" in rest.headers and "retry-after" in page.headers, what="no Retry-After")
        began = time.monotonic()
        stack.compose("start", "postgres")
        wait_for(lambda: stack.api.get("/api/preset-queue").status_code == 200, "the database again")
        back_s = time.monotonic() - began
        answer(stack, item["id"], "outlived")
        check(true=parked.result(timeout=60) == (200, "outlived"), what="the parked call")
    check(true=left(stack, "database") == [0], what="its preset is gone")
    stack.wait_until_healthy()
    return (
        f"a call: 503 `database_unavailable` after {call_s:.1f} s, `/api`: 503 `{{detail}}`, a page: 503 that looks again; "
        f"back after {back_s:.1f} s, a parked call outlived it; {nothing_failed(stack)}"
    )


def _wait_at_desk(stack: Stack, caller: str) -> tuple[int, str]:
    with httpx.Client(base_url=stack.url, timeout=180) as client:
        reply = client.post(f"/as/{caller}/v1/chat/completions", json=CALL)
    return reply.status_code, _text(reply)


def _text(reply: httpx.Response) -> str:
    body = reply.json()
    return str(
        body["choices"][0]["message"]["content"] if reply.status_code == 200 else body["error"]["code"]
    )


def all_restarted(stack: Stack) -> str:
    """Told to stop while calls wait: they hear of it, and nothing that was acknowledged is gone afterwards."""
    queue(stack, "stays", 300)
    before = stack.api.get("/api/exchanges/count").json()["count"]
    with ThreadPoolExecutor(PARKED) as pool:
        parked = [pool.submit(_wait_at_desk, stack, f"told-{number}") for number in range(PARKED)]
        waiting(stack, PARKED)
        began = time.monotonic()
        stack.compose("stop")
        took_s = time.monotonic() - began
        told = [call.result(timeout=60) for call in parked]
    check(true=set(told) == {(503, "shutting_down")}, what=f"parked callers heard {told}")
    stack.compose("start")
    wait_for(lambda: stack.api.get("/api/preset-queue/stays").status_code == 200, "web up again")
    stack.wait_until_healthy()
    check(true=left(stack, "stays") == list(range(300)), what="presets were lost")
    after = stack.api.get("/api/exchanges/count").json()["count"]
    check(true=after == before + PARKED, what=f"{before} exchanges before, {after} after")
    return f"stopped in {took_s:.1f} s, {PARKED} parked callers got their 503; 300 presets and {after} exchanges are there"


def dumped(stack: Stack) -> str:
    """pg_dump while it serves; the queue is lost; pg_restore brings it back. As docs/deployment.md says it."""
    queue(stack, "dumped", 50)
    program = ("exec", "-T", "postgres", "pg_dump", "-U", "mockopenai", "-Fc", "mockopenai")
    dump = stack.compose(*program)
    stack.api.delete("/api/preset-queue/dumped").raise_for_status()
    check(true=left(stack, "dumped") == [], what="the queue is still there")
    stack.compose("stop", "web")
    restore = (
        "pg_restore",
        "-U",
        "mockopenai",
        "-d",
        "mockopenai",
        "--clean",
        "--if-exists",
        "--single-transaction",
    )
    stack.compose("exec", "-T", "postgres", *restore, data=dump)
    stack.compose("start", "web")
    wait_for(lambda: stack.api.get("/api/preset-queue/dumped").status_code == 200, "web up again")
    check(true=left(stack, "dumped") == list(range(50)), what="the dump did not bring it back")
    return f"a dump of {len(dump):,} bytes brought 50 presets back"


def recreated(stack: Stack) -> str:
    """What an upgrade does: a new container for web; nginx finds it again, and nothing is lost."""
    queue(stack, "new", 20)
    old = stack.container("web")
    stack.compose("up", "-d", "--no-deps", "--force-recreate", "web")
    began = time.monotonic()
    wait_for(lambda: stack.api.get("/api/preset-queue/new").status_code == 200, "the new web")
    took_s = time.monotonic() - began
    check(
        true=stack.container("web") != old and left(stack, "new") == list(range(20)),
        what="not the same queue",
    )
    return f"answers again {took_s:.1f} s after its start"
