"""Who sits at a dashboard, or sends a request: a short name, as it is shown to others."""

from urllib.parse import parse_qs, unquote

NAME_MAX = 60


def person_name(text: str) -> str:
    """The name in a text that may be percent-encoded, since a header holds ASCII only; "" for nobody."""
    shown = "".join(character for character in unquote(text) if character.isprintable()).strip()
    return shown[:NAME_MAX].strip()


def person_of(query_string: bytes) -> str:
    """The name in a dashboard's address: ?person=NAME."""
    query = parse_qs(query_string.decode("latin-1"))
    return person_name(query.get("person", [""])[0])
