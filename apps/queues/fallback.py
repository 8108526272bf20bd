"""What happens to a call that no preset accepts, per endpoint family, as switched at run time."""

from collections.abc import Mapping
from functools import partial

from django.conf import settings
from django.db import transaction

from apps.journal.rows import select_rows
from apps.journal.writer import writer
from apps.live.events import publish
from apps.queues.models import Fallback, Mode
from apps.wire.table import FAMILIES


def start_modes() -> dict[str, str]:
    """The mode of every family while nobody has switched it."""
    return {**dict.fromkeys(FAMILIES, Mode.AUTO.value), "text": settings.MOCKOPENAI_FALLBACK}


def modes() -> dict[str, str]:
    """The mode of every family, in one SELECT: {"text": "manual", "models": "auto", …}."""
    start = start_modes()
    switched = select_rows(f"SELECT family, mode FROM {Fallback._meta.db_table}", ())  # noqa: S608
    return start | {family: mode for family, mode in switched if family in start}


def find_errors(changes: Mapping[str, object]) -> list[dict[str, str]]:
    """What is wrong with {FAMILY: MODE, …}: [{"field", "error"}]."""
    errors = []
    for family, mode in changes.items():
        if family not in FAMILIES:
            errors.append({"field": family, "error": unknown_family()})
        elif mode not in Mode.values:
            errors.append({"field": family, "error": f"has to be one of {', '.join(Mode.values)}"})
    return errors


def unknown_family() -> str:
    return f"is no family of endpoints; these are: {', '.join(FAMILIES)}"


def tell() -> None:
    """Dashboards hear of the modes as they are now."""
    publish("fallback_updated", modes())


def switch(*, changes: Mapping[str, str]) -> None:
    """Sets the modes of some families; `find_errors` has nothing against them."""
    writer.call(lambda: switch_within(changes=changes))


def switch_within(*, changes: Mapping[str, str]) -> None:
    """The same within a transaction of the writer's; dashboards hear of it once it is committed."""
    rows = [Fallback(family=family, mode=mode) for family, mode in changes.items()]
    Fallback.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["family"], update_fields=["mode"]
    )
    transaction.on_commit(tell, robust=True)


def use_up_once(family: str) -> bool:
    """Switches `once` to `auto`, for a call that is held; False when another call was faster.

    Inside the writer's transaction, the one that opens the call's exchange: both happen, or neither.
    """
    if not Fallback.objects.filter(family=family, mode=Mode.ONCE).update(mode=Mode.AUTO):
        return False
    transaction.on_commit(partial(publish, "fallback_updated", modes()), robust=True)
    return True
