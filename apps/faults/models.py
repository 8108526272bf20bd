"""What is in force for calls: faults, latencies, limits, with what they have counted.

Whoever changes a rule writes a new `Control.token` in the same transaction: see `in_force`.
"""

from django.db import models


class Control(models.Model):
    """One row: a random number that changes with every change of the rules. No row: there never was one."""

    token = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.token)


class FaultRule(models.Model):
    """A fault that strikes calls of a caller, or everybody's, with a probability.

    `caller` and `endpoint` are names or "*". `fault` is JSON as `wire.reply.Fault` has it. The same `seed`
    and calls give the same failures: see `Draw`.
    """

    caller = models.CharField(max_length=100, default="*")
    endpoint = models.CharField(max_length=60, default="*")
    fault = models.CharField(max_length=200)
    seed = models.BigIntegerField(default=0)
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.fault} for {self.caller}"


class Draw(models.Model):
    """How many calls of one caller a rule has been asked about: the seed and this number decide."""

    rule = models.ForeignKey(FaultRule, on_delete=models.CASCADE)
    caller = models.CharField(max_length=100)
    count = models.BigIntegerField(default=0)
    at = models.FloatField(default=0, db_default=0)  # unix seconds: when it was asked last

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "caller"], name="draw_named")]

    def __str__(self) -> str:
        return f"{self.count} of {self.caller}"


class OwnDraw(models.Model):
    """How many faults by chance were drawn that are no rule's; of presets `caller` is the queue's name."""

    class By(models.TextChoices):
        """Who wrote them."""

        PRESET = "preset"
        DESK = "desk"
        HEADER = "header"

    by = models.CharField(max_length=8, choices=By.choices)
    caller = models.CharField(max_length=100)
    count = models.BigIntegerField(default=0)
    at = models.FloatField()  # unix seconds

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "caller"], name="own_draw_named")]

    def __str__(self) -> str:
        return f"{self.count} by {self.by} {self.caller}"


class LatencyRule(models.Model):
    """How slowly replies leave that name no pace of their own; the narrowest rule wins, then the oldest.

    `caller` is a name or "*", `model` a pattern such as "gpt-4o*". `spread` is JSON text: see `wire.latency`.
    """

    caller = models.CharField(max_length=100, default="*")
    model = models.CharField(max_length=200, default="*")
    spread = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.spread} for {self.caller}, {self.model}"


class Limit(models.Model):
    """How many requests and tokens a minute are let through, for each thing that it counts by."""

    class Per(models.TextChoices):
        """What has a bucket of its own."""

        CALLER = "caller"
        KEY = "key"
        MODEL = "model"
        EVERYONE = "everyone"  # one bucket for all

    per = models.CharField(max_length=8, choices=Per.choices)
    name = models.CharField(max_length=200, default="*")  # of whom; "*" is each
    requests_per_minute = models.IntegerField(null=True, blank=True)
    tokens_per_minute = models.IntegerField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return (
            f"{self.requests_per_minute} requests, {self.tokens_per_minute} tokens per {self.per} {self.name}"
        )


class Bucket(models.Model):
    """How much of a limit is used up, as of a moment; it flows back evenly. `name` names limit and holder."""

    name = models.CharField(primary_key=True, max_length=300)
    used = models.FloatField()
    at = models.FloatField()  # unix seconds

    def __str__(self) -> str:
        return f"{self.name}: {self.used:g}"
