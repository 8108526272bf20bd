"""What the wire's tests share: a profile for hypothesis that fits a shared machine.

Without a deadline, nor a complaint that examples are made slowly, as they are where the machine stands still
for a second; always the same examples, so that a run says something about the code and not about its luck.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "wire",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("wire")
