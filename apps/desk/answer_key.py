"""Knows an answer again: its Idempotency-Key, and what was answered with it."""

import hashlib
from typing import NamedTuple

import orjson

from apps.wire.reply import Draft

_KEY_MAX = 200  # characters that are kept of a key; what is longer is told apart by its digest


class AnswerKey(NamedTuple):
    """`key` is the author's, `answered` a digest of the answer."""

    key: str
    answered: str

    def __str__(self) -> str:
        return f"{self.answered} {self.key}"


def answer_key(key: str, draft: Draft, *, repeat: int) -> str:
    """What is kept of an answer that came with a key; "" without one."""
    if not key:
        return ""
    if len(key) > _KEY_MAX:
        key = f"{key[:_KEY_MAX]}…{_digest(key.encode())}"
    # However the body is spelled: a retry may be written by another program.
    body = orjson.dumps(orjson.loads(draft.body), option=orjson.OPT_SORT_KEYS)
    return str(AnswerKey(key, _digest(body + repr((draft._replace(body=b""), repeat)).encode())))


def read_answer_key(kept: str) -> AnswerKey:
    """What `answer_key` wrote."""
    answered, _, key = kept.partition(" ")
    return AnswerKey(key, answered)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()
