"""A call as a JavaScript module for Node, with the openai package (or fetch, for what it would not send)."""

import json
from typing import Any

from apps.journal.snippets.odd import escape_odd
from apps.journal.snippets.sketch import Sketch

METHODS = {
    "chat.completions": "client.chat.completions.create",
    "responses": "client.responses.create",
    "completions": "client.completions.create",
}


def node(call: Sketch) -> str:
    """The module (.mjs): it prints what comes back."""
    method = METHODS.get(call.endpoint)
    if not call.is_form and call.base_url and method and call.data is not None:
        return _with_client(call, method)
    return _with_fetch(call)


def _with_client(call: Sketch, method: str) -> str:
    options: dict[str, Any] = {"baseURL": call.base_url, "apiKey": call.key, "maxRetries": 0}
    if call.headers:
        options["defaultHeaders"] = dict(call.headers)
    show = (
        "for await (const event of answer) {\n  console.log(JSON.stringify(event));\n}"
        if call.stream
        else "console.log(JSON.stringify(answer, null, 2));"
    )
    return (
        'import OpenAI from "openai";\n\n'
        f"const client = new OpenAI({_literal(options)});\n"
        f"const answer = await {method}({_body(call)});\n{show}\n"
    )


def _with_fetch(call: Sketch) -> str:
    headers = {"Authorization": f"Bearer {call.key}", **dict(call.headers)}
    if call.parts is not None:
        return _with_form(call, headers)
    if call.body:
        headers["Content-Type"] = "application/json"
    options: dict[str, Any] = {"method": call.method, "headers": headers}
    if call.body and call.method not in ("GET", "HEAD"):  # with which fetch takes no body
        options["body"] = call.body
    return (
        f"const answer = await fetch({_literal(call.url)}, {_literal(options)});\n"
        "console.log(answer.status, await answer.text());\n"
    )


def _with_form(call: Sketch, headers: dict[str, str]) -> str:
    """The journal has no file's bytes: those of a file of that name are sent."""
    lines = ['import { openAsBlob } from "node:fs";\n', "const form = new FormData();"]
    for name, value in call.parts or ():
        filename = value["filename"] if isinstance(value, dict) else ""
        told = (
            f"await openAsBlob({_literal(filename)}), {_literal(filename)}" if filename else _literal(value)
        )
        lines.append(f"form.append({_literal(name)}, {told});")
    options = _literal({"method": call.method, "headers": headers})[:-2] + ',\n  "body": form\n}'
    lines.append(f"const answer = await fetch({_literal(call.url)}, {options});")
    return "\n".join([*lines, "console.log(answer.status, await answer.text());", ""])


def _body(call: Sketch) -> str:
    """The body as an object literal. There `__proto__` is no key like any other: such a body is parsed."""
    text = _literal(call.data)
    if '"__proto__"' not in text:
        return text
    return f"JSON.parse({_literal(json.dumps(call.data, ensure_ascii=False))})"


def _literal(value: Any) -> str:
    """JSON is JavaScript; what a reader would not see as it is, is escaped."""
    return escape_odd(json.dumps(value, indent=2, ensure_ascii=False))
