"""The desk's tables: the worker processes that hold waiting calls, and what is typed to callers live."""

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

    def __str__(self) -> str:
        return f"{self.exchange_id} {self.seq}"
