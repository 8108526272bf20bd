"""A call as a command line of curl, for every shell that knows $'…' (bash, zsh, ksh, busybox)."""

import re

from apps.journal.snippets.odd import ODD
from apps.journal.snippets.sketch import Sketch

ARGUMENT_MAX_BYTES = 100_000  # Linux takes 131,072 for one argument


def curl(call: Sketch) -> str:
    """The command; a body that is too large for an argument comes through a pipe."""
    content = call.body
    large = len(content.encode()) > ARGUMENT_MAX_BYTES
    lines = [
        " ".join(["curl", *_options(call), quoted(call.url)]),
        f"-H {quoted(f'Authorization: Bearer {call.key}')}",
    ]
    lines += [f"-H {quoted(f'{name}: {value}')}" for name, value in call.headers]
    if content:
        lines.append(f"-H {quoted('Content-Type: application/json')}")
        # --data-raw: unlike --data it takes an @ at the beginning for what it is.
        lines.append("--data-binary @-" if large else f"--data-raw {quoted(content)}")
    command = " \\\n  ".join(lines)
    # printf is a part of the shell, which takes words of any length.
    return f"printf %s {quoted(content)} |\n{command}\n" if large else f"{command}\n"


def quoted(text: str) -> str:
    """One word of the shell, whatever is in it."""
    if not ODD.search(text):
        return "'" + text.replace("'", "'\\''") + "'"
    safe = text.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + ODD.sub(_octal, safe) + "'"


def _octal(found: "re.Match[str]") -> str:
    # Octal has three digits and no more; of \xHH some shells would take the digits that follow, too.
    return "".join(f"\\{byte:03o}" for byte in found[0].encode())


def _options(call: Sketch) -> list[str]:
    options = ["--no-buffer"] if call.stream else []
    if call.method == "HEAD":
        return [*options, "--head"]
    natural = "POST" if call.body else "GET"
    return options if call.method == natural else [*options, "--request", quoted(call.method)]
