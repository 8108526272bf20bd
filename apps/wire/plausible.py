"""Plausible values by what they are called: a city is Oslo, a date is one."""

from typing import overload

_FORMATS = {
    "date-time": "2026-01-15T09:30:00Z",
    "date": "2026-01-15",
    "time": "09:30:00Z",
    "duration": "PT1H",
    "email": "alice@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "uri": "https://example.com/",
    "uri-reference": "/page",
    "json-pointer": "/page",
    "regex": ".*",
}
# By the last word of a name; the first column is what the message is asked for before: a text of its own.
_TEXTS = {
    "email": "alice@example.com",
    "url": "https://example.com/",
    "uri": "https://example.com/",
    "link": "https://example.com/",
    "date": "2026-01-15",
    "day": "2026-01-15",
    "time": "09:30",
    "timezone": "Europe/Oslo",
    "phone": "+47 22 00 00 00",
    "language": "en",
    "locale": "en-US",
    "currency": "USD",
    "id": "1",
}
_LIKELY = {
    "city": "Oslo",
    "location": "Oslo",
    "place": "Oslo",
    "country": "Norway",
    "address": "1 Example Street, Oslo",
    "name": "Alice",
    "user": "alice",
    "author": "Alice",
    "title": "An example",
    "color": "blue",
    "category": "general",
    "unit": "celsius",
}
_WORDS = """
answer text content message explanation reason reasoning summary description response output reply
comment query question prompt input topic
"""
_SPOKEN = frozenset(_WORDS.split())
_ASKED = frozenset({"query", "question", "prompt", "input", "topic"})
_NUMBERS = {
    "confidence": 0.9,
    "probability": 0.9,
    "score": 0.9,
    "age": 30,
    "year": 2026,
    "month": 1,
    "temperature": 21,
    "price": 9.5,
    "amount": 9.5,
}


def of_format(name: str) -> str | None:
    """A text of a JSON schema's format."""
    return _FORMATS.get(name)


@overload
def of_name(name: str, *, number: bool) -> float: ...
@overload
def of_name(name: str, *, text: str) -> str | None: ...
@overload
def of_name(name: str, *, fallback: bool) -> str: ...
def of_name(name: str, *, number: bool = False, text: str = "", fallback: bool = False) -> float | str | None:
    """A value for what is called so: a number; a text that no message is asked for; or the likeliest text."""
    last = name.casefold().replace("-", "_").rpartition("_")[2]
    if number:
        return _NUMBERS.get(last, 1)
    if fallback:
        return _LIKELY.get(last, f"example {name.replace('_', ' ')}".strip())
    if last in _ASKED:
        return text or None
    return f'This is a mock answer to: "{text}"' if last in _SPOKEN else _TEXTS.get(last)
