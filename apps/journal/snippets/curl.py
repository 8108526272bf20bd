"""A call as a command line of curl, for every shell that knows $'…' (bash, zsh, ksh, busybox)."""

import base64
import re
from typing import Any

from apps.journal.snippets.odd import ODD
from apps.journal.snippets.sketch import Sketch

ARGUMENT_MAX_BYTES = 100_000  # Linux takes 131,072 for one argument


def curl(call: Sketch) -> str:
    """The command; a body that is too large for an argument comes in base64 through a pipe."""
    content = call.body.encode()
    large = len(content) > ARGUMENT_MAX_BYTES
    lines = [" ".join(["curl", *_options(call), quoted(call.url)])]
    lines += [_header("Authorization", f"Bearer {call.key}"), *(_header(*header) for header in call.headers)]
    if call.parts is not None:
        lines += [_part(name, value) for name, value in call.parts]
        return " \\\n  ".join(lines) + "\n"
    if content:
        lines.append(_header("Content-Type", "application/json"))
        # --data-raw: unlike --data it takes an @ at the beginning for what it is.
        lines.append("--data-binary @-" if large else f"--data-raw {quoted(call.body)}")
    command = " \\\n  ".join(lines)
    # bash takes minutes for a quoted word of megabytes, but reads a document of them at once.
    encoded = base64.encodebytes(content).decode() if large else ""
    return f"base64 --decode <<'BODY' |\n{encoded}BODY\n{command}\n" if large else f"{command}\n"


def quoted(text: str) -> str:
    """One word of the shell, whatever is in it."""
    if not ODD.search(text):
        return "'" + text.replace("'", "'\\''") + "'"
    safe = text.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + ODD.sub(_octal, safe) + "'"


def _octal(found: "re.Match[str]") -> str:
    # Octal has three digits and no more; of \xHH some shells would take the digits that follow, too.
    return "".join(f"\\{byte:03o}" for byte in found[0].encode())


def _part(name: str, value: Any) -> str:
    """A field of a form. The journal has no file's bytes: one of that name is sent."""
    if isinstance(value, dict):
        kind = f";type={value['content_type']}" if value["content_type"] else ""
        filename = value["filename"].replace("\\", "\\\\").replace('"', '\\"')
        return "-F " + quoted(f'{name}=@"{filename}"{kind}')
    return f"--form-string {quoted(f'{name}={value}')}"


def _header(name: str, value: str) -> str:
    return f"-H {quoted(f'{name}: {value}')}"


def _options(call: Sketch) -> list[str]:
    options = ["--no-buffer"] if call.stream else []
    if call.method == "HEAD":
        return [*options, "--head"]
    natural = "POST" if call.body else "GET"
    return options if call.method == natural else [*options, "--request", quoted(call.method)]
