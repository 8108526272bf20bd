"""A line of the journal: what a row of the list says of its exchange, in words."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.desk.timing_bar import spell_ms
from apps.journal.models import OPEN_STATES, Exchange, Source, State
from apps.queues.take import SHARED

# Computed here and not in the template: fifty times a few tags are most of what a page costs.
STATES = {
    State.TAKEN: _("on its way"),
    State.WAITING: _("waiting"),
    State.ANSWERED: _("on its way"),
    State.DELIVERED: _("delivered"),
    State.UNDELIVERED: _("not received"),
    State.TIMED_OUT: _("timed out"),
    State.GONE: _("hung up"),
    State.ABORTED: _("aborted"),
    State.ORPHANED: _("server ended"),
}
SOURCES = {
    Source.NONE: ("", _("nobody")),
    Source.PRESET: ("list", _("preset")),
    Source.AUTO: ("bolt", _("automatic")),
    Source.REFUSED: ("ban", _("refused")),
    Source.INVALID: ("warn", _("wrong call")),
    Source.LIMIT: ("ban", _("limit")),
    Source.FAULT: ("bad", _("fault")),
    Source.TIMEOUT: ("clock", _("time-out")),
    Source.SHUTDOWN: ("warn", _("shutdown")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An exchange in the list."""

    row: Exchange
    place: tuple[int, int] = (0, 0)  # which attempt of how many: see attempts_shown.places

    @property
    def attempt(self) -> str:
        """Which attempt of its call it is; "" where it is the only one."""
        number, count = self.place
        values = {"number": number, "count": count}
        if count:
            return gettext("attempt %(number)s of %(count)s") % values
        return gettext("attempt %(number)s") % values if number else ""

    @property
    def attempt_short(self) -> str:
        number, count = self.place
        return f"{number}/{count}" if count else str(number)

    @property
    def moment(self) -> str:
        return self.row.created_at.isoformat()

    @property
    def clock(self) -> str:
        return timezone.localtime(self.row.created_at).strftime("%H:%M:%S")

    @property
    def summary(self) -> str:
        return self.row.summary or f"{self.row.method} {self.row.path}"

    @property
    def icon(self) -> str:
        """The icon of who or what answered; "" for nobody."""
        return "person" if self.row.source == Source.PERSON else SOURCES[Source(self.row.source)][0]

    @property
    def source(self) -> str:
        """Who or what answered, in a word or two."""
        if self.row.source == Source.PERSON:
            return self.row.answered_by or "?"
        if self.row.source == Source.PRESET and self.row.preset_queue == SHARED:
            return gettext("shared preset")
        return str(SOURCES[Source(self.row.source)][1])

    @property
    def took(self) -> str:
        return spell_ms(self.row.duration_ms)

    @property
    def state(self) -> str:
        return str(STATES[State(self.row.state)])

    @property
    def status(self) -> str:
        """The status that went out; a dash where none did."""
        return "–" if self.row.status_code is None else str(self.row.status_code)

    @property
    def level(self) -> str:
        return "none" if self.row.status_code is None else "bad" if self.row.status_code >= 400 else "ok"

    @property
    def is_open(self) -> bool:
        return self.row.state in OPEN_STATES
