"""Rate limits: who shares a bucket, which calls are let through, and what they have really spent."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

import orjson

from apps.faults.buckets import Buckets, Pot
from apps.faults.in_force import InForce
from apps.faults.indexes import LimitIndex
from apps.wire.call import Call
from apps.wire.errors import WireError
from apps.wire.rate_limit import REQUESTS, TOKENS, limit_headers, reached
from apps.wire.reply import Reply

KEY_CHARS = 16  # of the hash of a key; enough to tell all keys apart, too few to find one


def key_of(call: Call) -> str:
    """What stands for the key that a call came with: a hash, never the secret; "" without one."""
    said = call.header("authorization")  # "Bearer sk-…"
    secret = (said.partition(" ")[2] or said).strip() or call.header("api-key")  # as Azure has it
    return _hashed(secret) if secret else ""


@lru_cache(maxsize=1024)
def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()[:KEY_CHARS]


def counts(call: Call) -> bool:
    """Whether limits count the call at all: what only looks, or deletes, is free."""
    return call.method == "POST" and call.endpoint != ""


def pots(rules: LimitIndex, call: Call, key: str) -> list[Pot]:
    """The buckets that a call takes from."""
    return [
        Pot(f"{rule.id}/{kind}/{holder}", kind, limit)
        for rule, holder in rules.of(call, key)
        for kind, limit in ((REQUESTS, rule.requests_per_minute), (TOKENS, rule.tokens_per_minute))
        if limit is not None
    ]


class Admission:
    """Lets the calls of a group through, or not, and counts what they really spend."""

    def __init__(self, rules: LimitIndex, calls: Iterable[tuple[Call, str]]) -> None:
        """`calls` with what stands for their keys (see `key_of`)."""
        self._pots = {call.id: pots(rules, call, key) for call, key in calls if counts(call)}
        self._buckets = Buckets([pot for found in self._pots.values() for pot in found])
        self._held: dict[str, int] = {}  # tokens that a call may need, until it is known what it spends

    def weighs_tokens(self, call: Call) -> bool:
        """Whether a limit wants to know how many tokens the call needs."""
        return any(pot.kind == TOKENS for pot in self._pots.get(call.id, ()))

    def refusal(self, call: Call, tokens: int) -> WireError | None:
        """OpenAI's 429 when a bucket has less than the call needs: nothing is taken then. Else takes it."""
        found = self._pots.get(call.id, ())
        needed = {REQUESTS: 1, TOKENS: tokens}
        short = [
            (level.wait_s(needed[level.kind]), level)
            for level in map(self._buckets.level, found)
            if level.wait_s(needed[level.kind])
        ]
        if short:
            _, longest = max(short)
            return reached(
                longest,
                model=call.model or call.endpoint,
                needed=needed[longest.kind],
                headers=self._headers(call),
            )
        for pot in found:
            self._buckets.add(pot, needed[pot.kind])
        self._held[call.id] = tokens
        return None

    def spent(self, call: Call, tokens: int) -> None:
        """What a call has spent instead of what it might have."""
        held = self._held.pop(call.id, None)
        if held is not None:  # else it was not let through
            self.spend(call, tokens - held)

    def spend(self, call: Call, tokens: int) -> None:
        """Takes tokens that are spent already, whether they are there or not."""
        for pot in self._pots.get(call.id, ()):
            if pot.kind == TOKENS and tokens:
                self._buckets.add(pot, tokens)

    def told(self, call: Call, reply: Reply) -> Reply:
        """The reply with the true x-ratelimit headers; what its author set of them stays."""
        own = {name for name, _ in reply.headers}
        true = tuple(header for header in self._headers(call) if header[0] not in own)
        return reply._replace(headers=(*reply.headers, *true), limited=len(true)) if true else reply

    def write(self) -> None:
        self._buckets.write()

    def _headers(self, call: Call) -> tuple[tuple[str, str], ...]:
        return limit_headers(map(self._buckets.level, self._pots.get(call.id, ())))


def charge(rules: InForce, call: Call, key: str, tokens: int, reply: Reply) -> Reply:
    """Spends tokens for a call that was let through before; the reply with the true headers.

    In the writer's transaction, under the lock of the queues.
    """
    if not rules.limits or not counts(call):
        return reply
    admission = Admission(rules.limit_index, [(call, key)])
    admission.spend(call, tokens)
    admission.write()
    return admission.told(call, reply)


def with_key(extras: str, key: str) -> str:
    """A reply's extras (JSON) with what stands for the key of a call that waits: the journal masks it."""
    return orjson.dumps({**orjson.loads(extras), "key": key}).decode() if key else extras


def key_in(extras: str) -> str:
    """What `with_key` kept."""
    return str(orjson.loads(extras).get("key", ""))
