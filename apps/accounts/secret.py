"""Random secrets: made once, shown once, kept as a hash."""

import hashlib
import secrets
from dataclasses import dataclass

TOKEN = "mot_"  # noqa: S105 - what every token begins with
CALLER_KEY = "sk-mok_"
LINK = ""
SHOWN = 6  # characters after what it begins with


@dataclass(frozen=True, slots=True)
class Made:
    """A new secret: `text` goes to the person who asked and nowhere else."""

    text: str
    prefix: str
    digest: str


def make(begins: str) -> Made:
    """256 random bits."""
    text = begins + secrets.token_urlsafe(32)
    return Made(text, text[: len(begins) + SHOWN], digest(text))


def digest(text: str) -> str:
    """Of 256 random bits a plain SHA-256 is enough: there is nothing to guess."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
