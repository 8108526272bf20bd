"""The journal's tables: one row an exchange, its bodies in a row of their own."""

from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    """The states of an exchange; every change is one conditional UPDATE, none leaves a final state."""

    TAKEN = "taken"
    WAITING = "waiting"
    ANSWERED = "answered"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    TIMED_OUT = "timed_out"
    GONE = "gone"
    ABORTED = "aborted"
    ORPHANED = "orphaned"


OPEN_STATES = (State.TAKEN, State.WAITING, State.ANSWERED)


class Source(models.TextChoices):
    """What gave the reply."""

    NONE = "", "nobody yet"
    PRESET = "preset"
    PERSON = "person"
    AUTO = "auto"
    REFUSED = "refused"  # no preset accepted it, and the fallback is to refuse
    INVALID = "invalid"  # the request itself was wrong
    LIMIT = "limit"  # too many calls wait already
    FAULT = "fault"  # a rule, or the call itself, wanted an error instead
    TIMEOUT = "timeout"
    SHUTDOWN = "shutdown"


# One after the other, the commonest first: SQLite builds the list of an IN anew for each row.
_is_known = Q(state=State.TAKEN) | Q(state=State.DELIVERED)
for _state in State.values:
    _is_known |= Q(state=_state)


class Exchange(models.Model):
    """One call, what answered it, how it ended. Narrow on purpose: lists never load bodies.

    `id` sorts by time (see wire.ids.exchange_id), so that it is also the cursor of every page.
    """

    id = models.CharField(primary_key=True, max_length=26)
    caller = models.CharField(max_length=100)
    endpoint = models.CharField(max_length=60, blank=True)
    method = models.CharField(max_length=16)
    path = models.CharField(max_length=500)
    model = models.CharField(max_length=200, blank=True)
    stream = models.BooleanField(default=False)
    summary = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=State.choices)
    source = models.CharField(max_length=12, choices=Source.choices, blank=True)
    status_code = models.SmallIntegerField(null=True, blank=True)
    preset_id = models.BigIntegerField(null=True, blank=True)
    preset_queue = models.CharField(max_length=100, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answer_key = models.CharField(max_length=255, blank=True)  # of the answer: see desk.answer_key
    claimed_by = models.CharField(max_length=150, blank=True)
    claim_until = models.DateTimeField(null=True, blank=True)
    peer_ip = models.CharField(max_length=45, blank=True)
    peer_port = models.IntegerField(default=0)
    request_id = models.CharField(max_length=40, blank=True)
    retry_count = models.IntegerField(default=0)
    client_timeout_s = models.FloatField(null=True, blank=True)
    prompt_tokens = models.IntegerField(null=True, blank=True)
    completion_tokens = models.IntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    first_byte_ms = models.IntegerField(null=True, blank=True)
    duration_ms = models.IntegerField(null=True, blank=True)
    bytes_sent = models.BigIntegerField(null=True, blank=True)
    fault = models.CharField(
        max_length=40, blank=True, default="", db_default=""
    )  # what went wrong on purpose
    injected_ms = models.IntegerField(null=True, blank=True)  # of the duration, what its author asked for
    worker = models.CharField(max_length=16, blank=True)
    reply_channel = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=_is_known, name="exchange_state_is_known")]
        indexes = [
            models.Index(fields=["caller"], condition=Q(state=State.WAITING), name="exchange_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.caller} {self.endpoint or self.path} {self.state}"


class Body(models.Model):
    """The texts of an exchange, as they came and as they went; headers are JSON, secrets masked."""

    exchange = models.OneToOneField(Exchange, primary_key=True, on_delete=models.CASCADE)
    request_headers = models.TextField(default="[]")
    request_body = models.TextField(blank=True)
    reply_headers = models.TextField(default="[]")
    reply_body = models.TextField(blank=True)
    reply_extras = models.TextField(default="{}")  # delay_ms, pace, verbatim, x_should_retry

    class Meta:
        verbose_name_plural = "bodies"

    def __str__(self) -> str:
        return f"bodies of {self.exchange_id}"


class Pruned(models.Model):
    """How many exchanges one of the journal's limits has deleted; one row a limit."""

    class Limit(models.TextChoices):
        COUNT = "count"
        AGE = "age"

    limit = models.CharField(primary_key=True, max_length=5, choices=Limit.choices)
    exchanges = models.BigIntegerField(default=0)
    since = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "pruned"

    def __str__(self) -> str:
        return f"{self.exchanges} by {self.limit}"
