"""Chance that repeats itself: the same seed gives the same values in the same order."""

import uuid
from collections.abc import Sequence
from random import Random
from typing import Any

from apps.library.budget import TEXT_MAX, TooMuch, Unfit

Whole = int  # within the class, `int` is its own


class Chance:
    """What templates know as `random`. None of it is a secret."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def int(self, low: Whole, high: Whole) -> Whole:
        """A whole number from low to high, both included."""
        if not isinstance(low, Whole) or not isinstance(high, Whole) or low > high:
            raise Unfit("random.int takes two whole numbers, the lower one first")
        return self._random.randint(low, high)

    def float(self) -> float:
        """From 0 up to 1."""
        return self._random.random()

    def choice(self, items: Sequence[Any]) -> Any:
        """One of the items."""
        if not isinstance(items, list | tuple | str) or not items:
            raise Unfit("random.choice takes a list with something in it")
        return self._random.choice(items)

    def hex(self, digits: "Whole" = 8) -> str:
        """So many hexadecimal digits."""
        if not 0 < digits <= TEXT_MAX // 1000:
            raise TooMuch(f"random.hex makes 1 to {TEXT_MAX // 1000:,} digits")
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def uuid(self) -> str:
        """A UUID of version 4."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


def pick(seed: str, weights: Sequence[float]) -> int:
    """One of the places, by weight; the same seed, the same place."""
    return Random(seed).choices(range(len(weights)), weights)[0]
