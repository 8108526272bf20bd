"""The figures' tables: rollups of the journal, how far they reach, prices, what processes have counted."""

from django.db import models

BUCKETS_MS = (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000)
BUCKET_COLUMNS = (*tuple(f"le_{bound}" for bound in BUCKETS_MS), "le_inf")
SUM_COLUMNS = ("calls", "prompt_tokens", "completion_tokens", "duration_ms", *BUCKET_COLUMNS)


class Rollup(models.Model):
    """The exchanges of one minute, or hour, that agree in endpoint, model, caller and class of status.

    `at` is its start in unix seconds, `span_s` 60 or 3600. A bucket counts the exchanges that took at
    most so many milliseconds, and more than the bucket before.
    """

    span_s = models.IntegerField()
    at = models.BigIntegerField()
    endpoint = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=200, blank=True)
    caller = models.CharField(max_length=100)
    status = models.CharField(max_length=4)  # 2xx … 5xx; none: nothing went back
    calls = models.BigIntegerField(default=0)
    prompt_tokens = models.BigIntegerField(default=0)
    completion_tokens = models.BigIntegerField(default=0)
    duration_ms = models.BigIntegerField(default=0)
    le_2 = models.BigIntegerField(default=0)
    le_5 = models.BigIntegerField(default=0)
    le_10 = models.BigIntegerField(default=0)
    le_20 = models.BigIntegerField(default=0)
    le_50 = models.BigIntegerField(default=0)
    le_100 = models.BigIntegerField(default=0)
    le_200 = models.BigIntegerField(default=0)
    le_500 = models.BigIntegerField(default=0)
    le_1000 = models.BigIntegerField(default=0)
    le_2000 = models.BigIntegerField(default=0)
    le_5000 = models.BigIntegerField(default=0)
    le_10000 = models.BigIntegerField(default=0)
    le_30000 = models.BigIntegerField(default=0)
    le_60000 = models.BigIntegerField(default=0)
    le_120000 = models.BigIntegerField(default=0)
    le_inf = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["span_s", "at", "endpoint", "model", "caller", "status"], name="rollup_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.at}+{self.span_s} {self.caller} {self.endpoint} {self.model} {self.status}"


class Reached(models.Model):
    """How far the rollups reach: every exchange up to `exchange_id` is counted, or late. One row.

    `turn` rises with every change: whoever looked at the journal before it looks again.
    """

    id = models.SmallIntegerField(primary_key=True)
    exchange_id = models.CharField(max_length=26, blank=True, default="")
    turn = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "reached"

    def __str__(self) -> str:
        return self.exchange_id


class Late(models.Model):
    """An exchange that was still open when the rollups passed it; counted when it has ended."""

    exchange_id = models.CharField(primary_key=True, max_length=26)

    class Meta:
        verbose_name_plural = "late"

    def __str__(self) -> str:
        return self.exchange_id


class Price(models.Model):
    """What a model costs, in US dollars for a million tokens; also for its versions, `MODEL-…`."""

    model = models.CharField(primary_key=True, max_length=200)
    input_usd = models.DecimalField(max_digits=12, decimal_places=4)
    output_usd = models.DecimalField(max_digits=12, decimal_places=4)
    source = models.CharField(max_length=200, blank=True)
    as_of = models.DateField()

    class Meta:
        ordering = ["model"]

    def __str__(self) -> str:
        return f"{self.model} {self.input_usd} / {self.output_usd}"


class Counted(models.Model):
    """What one process has counted (JSON), and what it uses of its machine; see `stats.kept`."""

    host = models.CharField(max_length=255)
    worker = models.CharField(max_length=16)
    pid = models.IntegerField()
    at = models.DateTimeField()
    counts = models.TextField(default="{}")
    figures = models.TextField(default="{}")

    class Meta:
        verbose_name_plural = "counted"
        constraints = [models.UniqueConstraint(fields=["host", "worker"], name="counted_once")]

    def __str__(self) -> str:
        return f"{self.host} {self.worker}"
