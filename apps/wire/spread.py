"""How waits are spread: fixed, uniform, normal, log-normal; with what each promises."""

from math import exp, log
from random import Random
from typing import NamedTuple, Protocol

Z95 = 1.6448536269514722  # the 95th percentile of the normal distribution


class Spread(Protocol):
    """A distribution of waits in milliseconds, with what it promises."""

    @property
    def median_ms(self) -> float: ...
    @property
    def p95_ms(self) -> float: ...
    def draw(self, random: Random) -> float:
        """One wait; may be below 0 or very large."""


class Fixed(NamedTuple):
    """Always the same."""

    ms: float = 0.0

    @property
    def median_ms(self) -> float:
        return self.ms

    @property
    def p95_ms(self) -> float:
        return self.ms

    def draw(self, random: Random) -> float:
        return self.ms


class Uniform(NamedTuple):
    """Anything in between, all equally likely."""

    low_ms: float
    high_ms: float

    @property
    def median_ms(self) -> float:
        return (self.low_ms + self.high_ms) / 2

    @property
    def p95_ms(self) -> float:
        return self.low_ms + 0.95 * (self.high_ms - self.low_ms)

    def draw(self, random: Random) -> float:
        return random.uniform(self.low_ms, self.high_ms)


class Normal(NamedTuple):
    """Around a mean; what would be negative is 0."""

    mean_ms: float
    sd_ms: float

    @property
    def median_ms(self) -> float:
        return self.mean_ms

    @property
    def p95_ms(self) -> float:
        return self.mean_ms + Z95 * self.sd_ms

    def draw(self, random: Random) -> float:
        return random.normalvariate(self.mean_ms, self.sd_ms)


class LogNormal(NamedTuple):
    """As real services are: most are near the median, a few take much longer."""

    median_ms: float
    p95_ms: float

    def draw(self, random: Random) -> float:
        return self.median_ms * exp(random.normalvariate(0.0, log(self.p95_ms / self.median_ms) / Z95))
