"""The steps of a trial, in their order: each says in a line what was seen, or raises TrialError."""

import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from openai import OpenAI
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from deploy.trial.calls import CALL, Drain, left, queue, sdk, waiting
from deploy.trial.stack import Stack, TrialError, docker, wait_for

BIG = 25 * 1024 * 1024
QUESTION = "Is anybody there?"
MESSAGES: Any = CALL["messages"]  # the SDK's own types are a class for each role


def check(*, true: bool, what: str) -> None:
    if not true:
        raise TrialError(what)


def hardened(stack: Stack) -> str:
    """Users, root file systems, capabilities, limits and ports, as the daemon has them."""
    seen = []
    for name in ("web", "nginx", "redis", "postgres"):
        found = stack.inspect(name)
        host = found["HostConfig"]
        published = [port for port, to in found["NetworkSettings"]["Ports"].items() if to]
        check(true=bool(host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"]), what=f"{name}: not hardened")
        check(
            true=any("no-new-privileges" in word for word in host["SecurityOpt"]), what=f"{name}: privileges"
        )
        check(true=bool(host["Memory"] and host["NanoCpus"] and host["PidsLimit"]), what=f"{name}: no limits")
        check(true=(published == ["8080/tcp"]) == (name == "nginx"), what=f"{name} publishes {published}")
        seen.append(f"{name} as {found['Config']['User']} with {host['Memory'] >> 20} MiB")
    refused = stack.python(
        "import os\ntry: open('/app/x', 'w')\nexcept OSError as e: print(e.strerror, os.getuid(), sep=', ')"
    )
    check(true=refused == "Read-only file system, 10001", what=f"web could write to /app: {refused}")
    compilers = stack.python(
        "import shutil; print([n for n in ('cc', 'gcc', 'clang', 'make') if shutil.which(n)])"
    )
    check(true=compilers == "[]", what=f"web has {compilers}")
    return "; ".join(seen) + "; /app cannot be written, no compiler"


def doctor(stack: Stack) -> str:
    """`manage.py doctor` inside, which ends with 0 when it finds no error, and Django's check of deployments."""
    manage = ("exec", stack.container("web"), "python", "manage.py")
    findings = json.loads(docker(*manage, "doctor", "--json"))["findings"]
    warnings = [one["name"] for one in findings if one["level"] == "warning"]
    checked = docker(*manage, "check", "--deploy", "--fail-level", "WARNING").decode()
    check(true="no issues" in checked, what=checked)
    return f"{len(findings)} findings, no error, warnings: {', '.join(warnings)}; `check --deploy`: no issues"


def presets(stack: Stack) -> str:
    """Queued over REST, taken with the SDK whole and streamed, through nginx."""
    queue(stack, "sdk", 2)
    client = sdk(stack, "sdk")
    whole = client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    stream = client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    check(true=(whole.choices[0].message.content, text) == ("0", "1"), what=f"{whole} {text}")
    return "queued over REST; taken with the SDK, one whole, one streamed"


def streamed(stack: Stack) -> str:
    """Events come one by one: nothing on the way gathers them."""
    words = " ".join(str(number) for number in range(20))
    entry = {"response": {"content": words}, "pace": {"first_token_ms": 100, "token_ms": 50}}
    stack.api.post("/api/preset-queue/paced", json=entry).raise_for_status()
    times = []
    for _ in sdk(stack, "paced").chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True):
        times.append(time.monotonic())
    spread = times[-1] - times[0]
    check(true=len(times) > 15 and spread > 0.5, what=f"{len(times)} chunks within {spread:.2f} s")
    return f"{len(times)} chunks over {spread:.2f} s, not gathered on the way"


def large_bodies(stack: Stack) -> str:
    """25 MB: refused by nginx in the shape that whoever asked can read; 19 MB pass."""
    refused = stack.calls.post("/v1/chat/completions", content=b"x" * BIG)
    error = refused.json()["error"]
    check(true=(refused.status_code, error["code"]) == (413, "request_too_large"), what=refused.text[:300])
    own = stack.api.post("/api/preset-queue/x", content=b"x" * BIG)
    check(true=own.status_code == 413 and "detail" in own.json(), what=own.text[:300])
    queue(stack, "large", 1)
    body = {**CALL, "messages": [{"role": "user", "content": "A large file. " * (19 * 1024 * 1024 // 14)}]}
    passed = stack.calls.post("/as/large/v1/chat/completions", json=body)
    check(true=passed.status_code == 200, what=f"19 MB: {passed.status_code} {passed.text[:300]}")
    return "25 MB: 413 in OpenAI's shape under /v1, {detail} under /api; 19 MB: 200"


def watching(stack: Stack) -> ClientConnection:
    """An open /ws, with the token."""
    address = stack.url.replace("http", "ws") + "/ws"
    headers = {"authorization": stack.api.headers["authorization"]}
    return connect(address, origin=Origin(stack.url), additional_headers=headers, max_queue=None)


def socket(stack: Stack) -> str:
    """Events over /ws through nginx; a page of another origin is refused."""
    address = stack.url.replace("http", "ws") + "/ws"
    with watching(stack) as page:
        queue(stack, "seen", 1)
        while (event := json.loads(page.recv(timeout=20))).get("ip") != "seen":
            pass
    check(true=event["type"] == "queue_updated", what=str(event))
    stack.api.delete("/api/preset-queue/seen/" + _only_id(stack, "seen")).raise_for_status()
    try:
        connect(address, origin=Origin("http://elsewhere.example")).close()
    except InvalidStatus as error:
        return f"queue_updated came; another origin: {error.response.status_code}"
    raise TrialError("a page of another origin was let in")


def _only_id(stack: Stack, caller: str) -> str:
    [item] = stack.api.get(f"/api/preset-queue/{caller}").json()["items"]
    return str(item["id"])


def addresses(stack: Stack) -> str:
    """A caller cannot name an address of its own: the right-most hop counts, which nginx wrote."""
    stack.api.put("/api/fallback", json={"text": "auto"}).raise_for_status()
    stack.calls.post(
        "/v1/chat/completions", json=CALL, headers={"x-forwarded-for": "203.0.113.9"}
    ).raise_for_status()
    [row] = stack.api.get("/api/exchanges", params={"limit": 1}).json()["items"]
    caller = row.get("caller") or row.get("ip")
    inside = re.match(r"172\.30\.89\.", str(caller))
    check(true=bool(caller) and caller != "203.0.113.9" and not inside, what=f"the caller was {caller}")
    stack.api.put("/api/fallback", json={"text": "manual"}).raise_for_status()
    return f"called as {caller}, with a forged X-Forwarded-For"


def answered_by_hand(stack: Stack, answer: Callable[[str, str], None], *, streamed: bool) -> None:
    """`answer(question, text)`: a person does it in a browser, through nginx, while the SDK waits."""
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(_ask, sdk(stack, "hand"), streamed=streamed)
        waiting(stack, 1)
        answer(QUESTION, "Typed in a browser")
        said = call.result(timeout=60)
    check(true=said == "Typed in a browser", what=f"the SDK got {said!r}")
    [row] = stack.api.get("/api/exchanges", params={"caller": "hand", "limit": 1}).json()["items"]
    check(true=row["answered_by"] == "bob", what=f"answered by {row['answered_by']}")


def _ask(client: OpenAI, *, streamed: bool) -> str:
    asked: Any = {"model": "gpt-4o", "messages": [{"role": "user", "content": QUESTION}]}
    if not streamed:
        return client.chat.completions.create(**asked).choices[0].message.content or ""
    chunks = client.chat.completions.create(**asked, stream=True)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def worker_killed(stack: Stack) -> str:
    """kill -9 of one process while a queue is drained: every preset once, in the journal or still in its queue."""
    total = 2000
    stack.api.put("/api/fallback", json={"text": "refuse"}).raise_for_status()
    queue(stack, "kill", total)
    drain = Drain(stack, "kill", connections=8, total=total)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(drain.run)
        check(true=drain.half.wait(120), what="the queue was not drained")
        killed = kill_worker(stack)
        running.result(timeout=180)
    rest = left(stack, "kill")
    check(true=len(set(drain.got)) == len(drain.got) and not rest, what=f"twice, or {len(rest)} left")
    lost = total - len(drain.got)
    kept = stack.api.get("/api/exchanges/count", params={"q": "caller:kill source:preset"}).json()["count"]
    check(true=lost <= drain.connections and kept == total, what=f"{lost} unheard, {kept} in the journal")
    stack.api.put("/api/fallback", json={"text": "manual"}).raise_for_status()
    wait_for(lambda: stack.health()["web"] == "healthy", "web healthy again")
    codes = {code or "cut": drain.statuses.count(code) for code in sorted(set(drain.statuses))}
    asked_again = ", ".join(f"{count} × {code}" for code, count in codes.items()) or "nobody"
    return f"{killed}; {len(drain.got)} of {total} heard once each, {lost} cut on their way, all {kept} journaled; asked again after: {asked_again}"


def kill_worker(stack: Stack) -> str:
    """Ends one process that serves, as the kernel would: a child of the first one, where there are several."""
    program = (
        "import glob, os, signal\n"
        "read = lambda path: open(path, 'rb').read()\n"
        "pids = [path.split('/')[2] for path in glob.glob('/proc/[0-9]*/stat')]\n"
        "children = [pid for pid in pids if read(f'/proc/{pid}/stat').rsplit(b')', 1)[1].split()[1] == b'1']\n"
        "workers = [int(pid) for pid in children if b'tracker' not in read(f'/proc/{pid}/cmdline')]\n"
        "[os.kill(pid, signal.SIGKILL) for pid in workers[-1:]]\n"
        "print(*workers[-1:])"
    )
    pid = stack.python(program)
    if pid:
        return f"process {pid} killed"
    docker("kill", "-s", "KILL", stack.container("web"))
    return "the only process killed with its container"
