"""The faults to choose from, in groups, as the options of a select."""

from django import template
from django.utils.translation import gettext as _

from apps.wire.faults.row import FaultRow
from apps.wire.faults.table import FAULTS

register = template.Library()

Choice = tuple[FaultRow, bool]  # with whether it is an answer by itself


@register.inclusion_tag("_fault_options.html")
def fault_options() -> dict[str, list[tuple[str, list[Choice]]]]:
    """Each option says what it does, what number it takes, and whether it is an answer by itself."""
    groups: dict[str, list[Choice]] = {}
    for row in FAULTS:
        groups.setdefault(row.group, []).append((row, row.alone or row.instead is not None))
    titles = {
        "errors": _("Error replies"),
        "connection": _("Connection"),
        "stream": _("Streams"),
        "body": _("Bodies"),
        "tools": _("Tool calls"),
    }
    return {"groups": [(titles.get(group, group), rows) for group, rows in groups.items()]}
