"""The library's tables: the templates that people wrote, and how often callers were given one."""

from django.db import models


class Template(models.Model):
    """A named reply with variables; the ready ones are in `ready.json` and have no row.

    `draft` is a JSON text: the fields of a draft as `library.authoring` reads them. `variables` is one, too:
    {NAME: {"default"?, "description"?}}.
    """

    name = models.CharField(max_length=64, unique=True)
    category = models.CharField(max_length=40)
    description = models.CharField(max_length=500, blank=True)
    draft = models.TextField()
    variables = models.TextField(default="{}")
    changed_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["category", "name"]

    def __str__(self) -> str:
        return self.name


class Given(models.Model):
    """How often a caller was given a template."""

    caller = models.CharField(max_length=100)
    template = models.CharField(max_length=64)
    count = models.BigIntegerField(default=0)
    at = models.FloatField()  # unix seconds, the last time

    class Meta:
        verbose_name = "count of a template"
        verbose_name_plural = "counts of templates"
        constraints = [models.UniqueConstraint(fields=["caller", "template"], name="given_named")]

    def __str__(self) -> str:
        return f"{self.template}: {self.count} of {self.caller}"
