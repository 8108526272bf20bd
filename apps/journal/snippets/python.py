"""A call as a Python script with the openai package (or httpx alone, for what the package would not send)."""

import pprint
from typing import Any

from apps.journal.snippets.sketch import Sketch

# The SDK's method for an endpoint, and the arguments that it insists on; what else the body has goes
# through extra_body, since the method takes no name that it does not know.
METHODS = {
    "chat.completions": ("client.chat.completions.create", ("model", "messages")),
    "responses": ("client.responses.create", ("model", "input")),
    "completions": ("client.completions.create", ("model", "prompt")),
}
# What the SDK sets by itself, spelled as it does: in other letters it would drop ours.
OWN_HEADERS = {"openai-organization": "OpenAI-Organization", "openai-project": "OpenAI-Project"}
PRETTY_MAX = 100_000  # characters; pprint is slow with more


def python(call: Sketch) -> str:
    """The script: it prints what comes back."""
    if (
        call.is_form
        or not call.base_url
        or (call.body and call.data is None)
        or call.method not in ("GET", "POST", "DELETE")
    ):
        return _with_httpx(call)
    method, insists = METHODS.get(call.endpoint, ("", ()))
    if method and call.data is not None and all(name in call.data for name in insists):
        return _with_method(call, method, insists)
    return _with_path(call)


def _with_method(call: Sketch, method: str, insists: tuple[str, ...]) -> str:
    data = call.data or {}
    plain = [*insists, *(["stream"] if data.get("stream") is True else [])]
    rest = {name: value for name, value in data.items() if name not in plain}
    arguments = {**{name: data[name] for name in plain}, **({"extra_body": rest} if rest else {})}
    lines = [f"    {name}={_literal(value, indent=4)}," for name, value in arguments.items()]
    show = "for event in answer:\n    print(event)" if call.stream else "print(answer)"
    return "\n".join([_client(call), f"answer = {method}(", *lines, ")", show, ""])


def _with_path(call: Sketch) -> str:
    """For an endpoint or a body that the SDK has no method for."""
    lines = [f"    {call.below!r},", "    cast_to=httpx.Response,"]
    if call.body:
        lines.append(f"    body={_literal(call.data, indent=4)},")
    asked = f"answer = client.{call.method.lower()}("
    return "\n".join(["import httpx", _client(call), asked, *lines, ")", "print(answer.text)", ""])


def _with_httpx(call: Sketch) -> str:
    headers = {"Authorization": f"Bearer {call.key}", **dict(call.headers)}
    lines = [f"    {call.method!r},", f"    {call.url!r},"]
    if call.parts is not None:
        fields = [(name, value) for name, value in call.parts if not isinstance(value, dict)]
        files = [(name, value) for name, value in call.parts if isinstance(value, dict)]
        sent = [f"({name!r}, (None, {value!r}))" for name, value in fields]
        sent += [f"({name!r}, open({value['filename']!r}, 'rb'))" for name, value in files]
        lines.append(f"    files=[{', '.join(sent)}],")
    elif call.body:
        headers["Content-Type"] = "application/json"
        lines.append(f"    content={call.body!r}.encode(),")
    lines += [f"    headers={_literal(headers, indent=4)},", "    timeout=600,"]
    return "\n".join(["import httpx", "", "answer = httpx.request(", *lines, ")", "print(answer.text)", ""])


def _client(call: Sketch) -> str:
    lines = [f"    base_url={call.base_url!r},", f"    api_key={call.key!r},", "    max_retries=0,"]
    if call.headers:
        headers = {OWN_HEADERS.get(name, name): value for name, value in call.headers}
        lines.append(f"    default_headers={_literal(headers, indent=4)},")
    return "\n".join(["from openai import OpenAI", "", "client = OpenAI(", *lines, ")"])


def _literal(value: Any, *, indent: int) -> str:
    """A Python literal; everything that is not printable is escaped, as repr does."""
    if len(repr(value)) > PRETTY_MAX:
        return repr(value)
    text = pprint.pformat(value, width=100, sort_dicts=False)
    return text.replace("\n", "\n" + " " * indent)
