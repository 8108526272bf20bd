"""The desk's table: the worker processes that hold waiting calls, and when each last gave a sign."""

from django.db import models


class Worker(models.Model):
    """One server process. Whose sign is older than the lease is dead: any other settles its calls."""

    id = models.CharField(primary_key=True, max_length=16)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.id} ({self.host}:{self.pid})"
