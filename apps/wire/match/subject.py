"""What of a call conditions look at: each worked out once, when the first condition asks for it."""

from functools import cached_property
from hashlib import blake2b

from apps.wire.asked import content_text, read_tools
from apps.wire.call import Call
from apps.wire.match.story import Line, lines_of

TEXT_LOOKED_MAX = 200_000  # characters of one text, its beginning
TEXTS_LOOKED_MAX = 1_000_000  # of all messages, the last ones
SYSTEM = ("system", "developer")
SHAPES = ("text", "json_object", "json_schema")


class Text:
    """A text, and the forms in which it is compared."""

    __slots__ = ("_digest", "_encoded", "_folded", "tool", "value")

    def __init__(self, value: str, tool: str = "") -> None:
        self.value = value
        self.tool = tool  # of a tool's result: the name of the tool, "" where it is not known
        self._folded: str | None = None
        self._encoded: bytes | None = None
        self._digest: bytes | None = None

    @property
    def folded(self) -> str:
        """For comparing without case."""
        if self._folded is None:
            self._folded = self.value.casefold()
        return self._folded

    @property
    def encoded(self) -> bytes:
        if self._encoded is None:
            self._encoded = self.value.encode("utf-8", "surrogatepass")
        return self._encoded

    @property
    def digest(self) -> bytes:
        """By which it is known again."""
        if self._digest is None:
            self._digest = blake2b(self.encoded, digest_size=16).digest()
        return self._digest


Texts = tuple[Text, ...]


class Subject:
    """A call as conditions see it. Of a call that goes on with a conversation: what its own body holds."""

    def __init__(self, call: Call) -> None:
        self.call = call

    @cached_property
    def last_user(self) -> Texts:
        """What the user said last; () when the call has no such text."""
        found = next((line for line in reversed(self._lines) if line.role == "user"), None)
        return () if found is None else (_text(found),)

    @cached_property
    def any_message(self) -> Texts:
        """The texts of all messages, in their order."""
        found: list[Text] = []
        left = TEXTS_LOOKED_MAX
        for line in reversed(self._lines):
            text = _text(line)
            found.append(text)
            left -= len(text.value)
            if left <= 0:
                break
        return tuple(reversed(found))

    @cached_property
    def system(self) -> Texts:
        """What the system, or the developer, said; the instructions of a response."""
        return tuple([_text(line) for line in self._lines if line.role in SYSTEM])

    @cached_property
    def tool_results(self) -> Texts:
        """What tools answered since the user's last words."""
        found: list[Text] = []
        for line in reversed(self._lines):
            if line.role == "user":
                break
            if line.role == "tool":
                found.append(_text(line))
        return tuple(reversed(found))

    @cached_property
    def turn(self) -> int:
        """How many messages of the user there are."""
        return sum(line.role == "user" for line in self._lines)

    @cached_property
    def tools(self) -> frozenset[str]:
        """The names of the tools that are offered."""
        data = self.call.data
        named = [tool.name for tool in read_tools(data.get("tools"))]
        functions = data.get("functions")
        older = (
            [one.get("name") for one in functions if isinstance(one, dict)]
            if isinstance(functions, list)
            else []
        )
        return frozenset([*named, *(name for name in older if isinstance(name, str))])

    @cached_property
    def response_format(self) -> str:
        """text, json_object or json_schema; what else is there by its own name."""
        text = self.call.data.get("text")
        shape = self.call.data.get("response_format") or (
            text.get("format") if isinstance(text, dict) else None
        )
        kind = shape.get("type", "text") if isinstance(shape, dict) else shape or "text"
        return kind if isinstance(kind, str) else "text"

    @cached_property
    def model(self) -> str:
        return self.call.model[:TEXT_LOOKED_MAX]

    @cached_property
    def _headers(self) -> dict[str, Texts]:
        return {}

    def header(self, name: str) -> Texts:
        """The values of the headers of that lower-case name."""
        found = self._headers.get(name)
        if found is None:
            values = [value for key, value in self.call.headers if key == name]
            found = self._headers[name] = tuple([Text(value) for value in values])
        return found

    def metadata(self, name: str) -> Texts:
        """The value of that name in the request's metadata."""
        held = self.call.data.get("metadata")
        value = held.get(name) if isinstance(held, dict) else None
        return (Text(value[:TEXT_LOOKED_MAX]),) if isinstance(value, str) else ()

    @cached_property
    def _lines(self) -> list[Line]:
        return lines_of(self.call.data)


def _text(line: Line) -> Text:
    content = line.content
    if isinstance(content, list) and content and isinstance(content[0], int):
        return Text(f"[{len(content)} tokens]")
    return Text(content_text(content)[:TEXT_LOOKED_MAX], line.tool)
