"""The desk's tables: the processes that hold waiting calls, what is noted of those, what is typed live."""

from django.db import models

from apps.journal.models import Exchange


class Worker(models.Model):
    """One server process. Whose sign is older than the lease is dead: any other settles its calls."""

    id = models.CharField(primary_key=True, max_length=16)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.id} ({self.host}:{self.pid})"


class Parked(models.Model):
    """What the list of waiting calls shows of one beside its exchange; noted when it begins to wait."""

    exchange = models.OneToOneField(Exchange, primary_key=True, on_delete=models.CASCADE)
    digest = models.CharField(max_length=32)  # of caller, path and body: the same for each try of a call
    tools = models.IntegerField(default=0)  # how many it offers
    has_image = models.BooleanField(default=False)
    has_schema = models.BooleanField(default=False)
    tries = models.IntegerField(null=True, blank=True)  # how often its SDK tries in all, where that is known
    retry_of = models.CharField(max_length=26, blank=True, default="")  # the exchange of the try before

    class Meta:
        verbose_name_plural = "parked"
        indexes = [models.Index(fields=["digest"], name="parked_digest")]

    def __str__(self) -> str:
        return f"note of {self.exchange_id}"


class Typed(models.Model):
    """A piece of a reply that a person types to a streaming caller; in their order they are the reply."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, db_index=False)  # the constraint's does
    seq = models.IntegerField()  # from 1, without gaps
    frame = models.TextField()  # JSON, since PostgreSQL takes no U+0000: see typed.Frame
    is_last = models.BooleanField(default=False)
    size_bytes = models.BigIntegerField()  # of the text up to here
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "typed"
        constraints = [models.UniqueConstraint(fields=["exchange", "seq"], name="typed_once")]
        # Few: to find what is being typed among all that ever was.
        indexes = [models.Index(fields=["exchange"], condition=models.Q(seq=1), name="typed_first")]

    def __str__(self) -> str:
        return f"{self.exchange_id} {self.seq}"
