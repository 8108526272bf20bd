"""Which of thousands of conditions a call may meet, found without asking each of them."""

from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Generic, Protocol, TypeVar

from apps.wire.match.condition import Need
from apps.wire.match.subject import Subject, Text

GRAM = 3  # characters by which a text is found in another one


class Placed(Protocol):
    """What is found: `place` says what comes first, and is its own; `needs` as conditions have them."""

    @property
    def place(self) -> int:
        """What is lower comes first."""

    @property
    def needs(self) -> tuple[Need, ...] | None:
        """One of these a call must have."""


T = TypeVar("T", bound=Placed)
_Line = list[tuple[int, T]]


class Index(Generic[T]):
    """Things by a piece of text that a call must have in it for them to come into question.

    Things without such a piece always do. What is given comes in the order of its places.
    """

    def __init__(self, things: Iterable[T]) -> None:
        self.always: _Line[T] = []
        self._has: dict[str, dict[str, _Line[T]]] = {}
        self._is: dict[str, dict[str, _Line[T]]] = {}
        for thing in things:
            self._add(thing)

    def candidates(self, subject: Subject) -> Iterator[T]:
        """Every thing that may accept the call, in order; some may come twice."""
        lines = [self.always]
        for field, whole in self._is.items():
            lines += [whole[text.folded] for text in _texts(field, subject) if text.folded in whole]
        for field, pieces in self._has.items():
            met = set()
            for text in _texts(field, subject):
                folded = text.folded
                met |= {folded[at : at + GRAM] for at in range(len(folded) - GRAM + 1)}
            lines += [pieces[piece] for piece in pieces.keys() & met]
        return (thing for _, thing in (merge(*lines) if len(lines) > 1 else self.always))

    def _add(self, thing: T) -> None:
        if not thing.needs or not all(_is_findable(need) for need in thing.needs):
            self.always.append((thing.place, thing))
            return
        for field, (how, texts) in thing.needs:
            if how == "is":
                self._is.setdefault(field, {}).setdefault(texts[0], []).append((thing.place, thing))
                continue
            pieces = self._has.setdefault(field, {})
            every = {text[at : at + GRAM] for text in texts for at in range(len(text) - GRAM + 1)}
            # The one that fewest have: what is common to many would bring them all with each call.
            rarest = min(sorted(every), key=lambda piece: len(pieces.get(piece, ())))
            pieces.setdefault(rarest, []).append((thing.place, thing))


def _is_findable(need: Need) -> bool:
    return need.key.how == "is" or any(len(text) >= GRAM for text in need.key.texts)


def _texts(field: str, subject: Subject) -> tuple[Text, ...]:
    if field == "model":
        return (Text(subject.model),)
    texts: tuple[Text, ...] = getattr(subject, field)
    return texts
