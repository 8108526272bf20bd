"""Keeps the templates that people write: every change goes through the writer."""

import time
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.journal.models import Exchange
from apps.journal.writer import writer
from apps.library.known import ready
from apps.library.models import Given, Template
from apps.live.events import publish

RESERVED = frozenset({"preview", "export", "import"})  # addresses of their own
TEMPLATES_MAX = 5_000
FORGOTTEN_MAX = 1_000  # rows at a time
DAY_S = 86_400


def name_problem(name: str) -> str:
    """Why nobody can write a template of that name; "" when somebody can."""
    if name in ready():
        return f"{name!r} is a ready template, which stays as it is: copy it under another name"
    return f"{name!r} cannot be a template's name: it is an address of its own" if name in RESERVED else ""


def add(columns: dict[str, str], *, by: str) -> bool:
    """Adds a template; False when there is one of that name, or no room."""

    def work() -> bool:
        known = Template.objects.filter(name=columns["name"]).exists()
        if known or Template.objects.count() >= TEMPLATES_MAX:
            return False
        Template.objects.create(**columns, changed_by=by, changed_at=timezone.now())
        _tell()
        return True

    return writer.call(work)


def change(columns: dict[str, str], *, by: str, since: datetime) -> bool:
    """Writes over the template of that name; False when it is gone, or has changed since."""
    values = {**columns, "changed_by": by, "changed_at": timezone.now()}

    def work() -> bool:
        changed = Template.objects.filter(name=columns["name"], changed_at=since).update(**values) > 0
        if changed:
            _tell()
        return changed

    return writer.call(work)


def put(rows: Sequence[dict[str, str]], *, by: str) -> int | None:
    """Adds templates or writes over them, all in one transaction; how many were new; None: no room."""
    named = {columns["name"]: columns for columns in rows}  # of two of a name the later one
    moment = timezone.now()
    found = [Template(**columns, changed_by=by, changed_at=moment) for columns in named.values()]
    fields = ["category", "description", "draft", "variables", "changed_by", "changed_at"]

    def work() -> int | None:
        new = len(named.keys() - Template.objects.values_list("name", flat=True))
        if Template.objects.count() + new > TEMPLATES_MAX:
            return None
        Template.objects.bulk_create(
            found, update_conflicts=True, unique_fields=["name"], update_fields=fields
        )
        _tell()
        return new

    return writer.call(work)


def replace_within(rows: Sequence[dict[str, str]], *, by: str) -> None:
    """Has the library hold these templates beside the ready ones; within a transaction of the writer's."""
    Given.objects.filter(template__in=Template.objects.values("name")).delete()
    Template.objects.all().delete()
    moment = timezone.now()
    Template.objects.bulk_create(Template(**columns, changed_by=by, changed_at=moment) for columns in rows)
    _tell()


def forget(*, days: float) -> int:
    """Deletes how often templates were given to callers whom the journal does not know any more."""
    known = Exists(Exchange.objects.filter(caller=OuterRef("caller")))
    old = Given.objects.filter(~known, at__lt=time.time() - days * DAY_S).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:FORGOTTEN_MAX])
    return Given.objects.filter(pk__in=ids).delete()[0]


def remove(name: str) -> bool:
    """Removes a template, and how often it was given; False when there is none."""

    def work() -> bool:
        Given.objects.filter(template=name).delete()
        _tell()
        return Template.objects.filter(name=name).delete()[0] > 0

    return writer.call(work)


def _tell() -> None:
    """Tells dashboards once it is committed; within a transaction of the writer's."""
    transaction.on_commit(lambda: publish("templates_updated", {}), robust=True)
