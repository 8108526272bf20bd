"""The tables of what callers have created: one generic table of objects, one of contents."""

from django.db import models
from django.db.models import Q

from apps.wire.shelf import TO_DO as TO_DO


class Kept(models.Model):
    """One object of a caller's, as `wire.shelf` has it. `body` is JSON text.

    `seq` is the order of creation, and what lists go on by. `caller`, `kind`, `object_id` name it.
    """

    seq = models.BigAutoField(primary_key=True)
    caller = models.CharField(max_length=100)
    kind = models.CharField(max_length=60)
    object_id = models.CharField(max_length=200)
    parent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    body = models.TextField()

    class Meta:
        ordering = ["-seq"]
        verbose_name = "object"
        constraints = [models.UniqueConstraint(fields=["caller", "kind", "object_id"], name="kept_named")]
        indexes = [
            models.Index(fields=["caller", "kind", "parent", "seq"], name="kept_listed"),
            models.Index(fields=["caller", "parent"], name="kept_children"),
            models.Index(fields=["seq"], condition=Q(kind=TO_DO), name="kept_to_do"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} of {self.caller}"


class Content(models.Model):
    """Bytes under an object's id. `data` is null where they are a file: see `kept.contents`."""

    id = models.BigAutoField(primary_key=True)
    caller = models.CharField(max_length=100)
    object_id = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    size_bytes = models.BigIntegerField()
    data = models.BinaryField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["caller", "object_id"], name="content_named")]

    def __str__(self) -> str:
        return f"content of {self.object_id} of {self.caller}"
