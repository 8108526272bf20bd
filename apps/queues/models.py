"""The queues' tables: presets in their order, pauses, and what happens when no preset accepts a call."""

from django.db import models
from django.db.models import Q


class OnUndelivered(models.TextChoices):
    """What becomes of a preset whose caller hung up before the reply left."""

    DROP = "drop"
    REQUEUE = "requeue"


class Preset(models.Model):
    """One entry of a caller's queue: a draft plus when it applies.

    `body` is the author's JSON text, byte for byte, and the last column, behind its first `words`: SQLite
    reads through a large body to what comes after it. `uses` counts down; null is for ever; 0 is a
    spent `requeue` preset of which replies are still on their way (it comes back if one fails).
    """

    caller = models.CharField(max_length=100)
    position = models.BigIntegerField()
    endpoint = models.CharField(max_length=60, default="text")
    uses = models.IntegerField(null=True, blank=True, default=1)
    on_undelivered = models.CharField(max_length=8, choices=OnUndelivered.choices, default=OnUndelivered.DROP)
    on_its_way = models.IntegerField(
        default=0, db_default=0
    )  # replies not settled yet; counted for `requeue`
    label = models.CharField(max_length=200, blank=True)
    status_code = models.SmallIntegerField(default=200)
    delay_ms = models.IntegerField(default=0)
    first_token_ms = models.IntegerField(default=0)
    token_ms = models.IntegerField(default=0)
    verbatim = models.BooleanField(default=False)
    x_should_retry = models.BooleanField(null=True, blank=True)
    created_at = models.DateTimeField()
    # JSON texts, or "": its conditions, its `wire.reply.Fault`, a pace that is no two numbers.
    match = models.TextField(blank=True, default="", db_default="")
    fault = models.CharField(max_length=200, blank=True, default="", db_default="")
    spread = models.TextField(blank=True, default="", db_default="")
    kind = models.CharField(max_length=8, blank=True, default="", db_default="")  # see `wire.reply.Draft`
    given = models.IntegerField(default=0, db_default=0)  # how often one with a kind was given
    # The endpoint for which the body is whole as it stands, and the tokens that its usage names.
    whole_for = models.CharField(max_length=60, blank=True, default="")
    prompt_tokens = models.IntegerField(null=True, blank=True)
    completion_tokens = models.IntegerField(null=True, blank=True)
    headers = models.TextField(default="[]")  # JSON: [[name, value], …]
    words = models.CharField(max_length=120, blank=True, default="")
    body = models.TextField()

    class Meta:
        ordering = ["caller", "position"]
        indexes = [
            models.Index(fields=["caller", "position"], name="preset_order"),
            models.Index(fields=["caller", "position"], condition=~Q(match=""), name="preset_matches"),
            models.Index(fields=["caller"], condition=~Q(fault=""), name="preset_faults"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(uses__isnull=True) | Q(uses__gte=0), name="preset_uses")
        ]

    def __str__(self) -> str:
        return f"{self.caller} #{self.pk} {self.label}".strip()


class QueueMatches(models.Model):
    """A queue that has, or once had, presets with a `match`: a random number.

    It changes with every change of what stands in the queue, and where; not when presets are taken or
    removed. While it stays the same, what was read of the queue holds: see `choosing`.
    """

    caller = models.CharField(primary_key=True, max_length=100)
    token = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.caller}: {self.token}"


class Pause(models.Model):
    """A queue that gives no presets for now: it counts as empty until this row is gone."""

    caller = models.CharField(primary_key=True, max_length=100)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.caller} since {self.since:%Y-%m-%d %H:%M}"


class Mode(models.TextChoices):
    """What happens to a call that no preset accepts. `once`: the next one is held, then it is auto."""

    MANUAL = "manual"
    ONCE = "once"
    AUTO = "auto"
    REFUSE = "refuse"


class Fallback(models.Model):
    """The fallback of one endpoint family, as switched at run time; no row is the start value."""

    family = models.CharField(primary_key=True, max_length=40)
    mode = models.CharField(max_length=8, choices=Mode.choices)

    def __str__(self) -> str:
        return f"{self.family}: {self.mode}"
