"""What the page Settings shows of the server: the settings that a person cares about."""

import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass

import django
from django.conf import settings
from django.utils.translation import gettext as _

from apps.accounts.who import is_open

# Strict: whatever else stands in the address might be a piece of its password.
_REDIS = re.compile(
    r"(?:rediss?://(?:[^@/?#]*@)?(?P<server>(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?(?:/\d*)?)|unix://(?P<socket>/[^@?#]*))"
    r"(?:\?[^@#]*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A setting as the server has read it; `variable` sets it, `is_set` says whether it did."""

    name: str
    value: str
    variable: str
    is_set: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Settings about one thing."""

    title: str
    facts: tuple[Fact, ...]


def hold() -> str:
    """How long a call waits for a person."""
    return _seconds(settings.MOCKOPENAI_HOLD_S)


def groups() -> tuple[Group, ...]:
    return (
        Group(title=_("Calls"), facts=_calls()),
        Group(title=_("Limits"), facts=_limits()),
        Group(title=_("Journal"), facts=_journal()),
        Group(title=_("Storage"), facts=_storage()),
        Group(title=_("Server"), facts=_server()),
    )


def _calls() -> tuple[Fact, ...]:
    warm_s = settings.MOCKOPENAI_WARM_AFTER_S
    return (
        _fact(_("A call waits for a person"), hold(), "MOCKOPENAI_HOLD_S"),
        _fact(
            _("A waiting stream is kept awake every"),
            _seconds(warm_s) if warm_s else _("never"),
            "MOCKOPENAI_WARM_AFTER_S",
        ),
        _fact(
            _("Typing live ends without a keystroke after"),
            _seconds(settings.MOCKOPENAI_TYPING_IDLE_S),
            "MOCKOPENAI_TYPING_IDLE_S",
        ),
        _fact(_("Text calls at first"), settings.MOCKOPENAI_FALLBACK, "MOCKOPENAI_FALLBACK"),
        _fact(_("More models"), _listed(settings.MOCKOPENAI_MODELS), "MOCKOPENAI_MODELS"),
    )


def _limits() -> tuple[Fact, ...]:
    return (
        _fact(_("A request"), _megabytes(settings.MOCKOPENAI_MAX_BODY_MB), "MOCKOPENAI_MAX_BODY_MB"),
        _fact(
            _("An imported file"), _megabytes(settings.MOCKOPENAI_IMPORT_MAX_MB), "MOCKOPENAI_IMPORT_MAX_MB"
        ),
        _fact(
            _("Calls that wait at once"), _count(settings.MOCKOPENAI_MAX_WAITING), "MOCKOPENAI_MAX_WAITING"
        ),
        _fact(
            _("… of one caller"),
            _count(settings.MOCKOPENAI_MAX_WAITING_PER_CALLER),
            "MOCKOPENAI_MAX_WAITING_PER_CALLER",
        ),
        _fact(_("Presets in one queue"), _count(settings.MOCKOPENAI_QUEUE_MAX), "MOCKOPENAI_QUEUE_MAX"),
    )


def _journal() -> tuple[Fact, ...]:
    days = _("%(n)s days") % {"n": f"{settings.MOCKOPENAI_JOURNAL_DAYS:g}"}
    stats_days = _("%(n)s days") % {"n": f"{settings.MOCKOPENAI_STATS_DAYS:g}"}
    return (
        _fact(_("Exchanges kept"), _count(settings.MOCKOPENAI_JOURNAL_MAX), "MOCKOPENAI_JOURNAL_MAX"),
        _fact(_("… for"), days, "MOCKOPENAI_JOURNAL_DAYS"),
        _fact(_("Their figures for"), stats_days, "MOCKOPENAI_STATS_DAYS"),
    )


def _storage() -> tuple[Fact, ...]:
    return (
        _fact(_("Data directory"), str(settings.MOCKOPENAI_DATA_DIR), "MOCKOPENAI_DATA_DIR"),
        _fact(_("Database"), database_place(settings.DATABASES["default"]), "DATABASE_URL"),
        _fact(_("Redis"), redis_place(settings.REDIS_URL), "REDIS_URL"),
    )


def _server() -> tuple[Fact, ...]:
    versions = (
        f"mockopenai {settings.VERSION} · Django {django.__version__} · Python {platform.python_version()}"
    )
    hosts = settings.ALLOWED_HOSTS
    open_to_all = _("this machine alone") if is_open() else _("whoever has an account")
    if settings.MOCKOPENAI_OPEN:
        open_to_all = _("everybody who reaches it")
    return (
        _fact(_("Version"), versions, ""),
        _fact(_("Open to"), open_to_all, "MOCKOPENAI_OPEN"),
        _fact(_("Names it answers to"), _listed(hosts), "MOCKOPENAI_ALLOWED_HOSTS"),
        _fact(
            _("Trusted proxies"), _listed(settings.MOCKOPENAI_TRUSTED_PROXIES), "MOCKOPENAI_TRUSTED_PROXIES"
        ),
        _fact(
            _("Figures for Prometheus go to"),
            _listed(settings.MOCKOPENAI_METRICS_FROM),
            "MOCKOPENAI_METRICS_FROM",
        ),
        _fact(_("Log"), settings.MOCKOPENAI_LOG_LEVEL, "MOCKOPENAI_LOG_LEVEL"),
        _fact(_("… as"), settings.MOCKOPENAI_LOG_FORMAT, "MOCKOPENAI_LOG_FORMAT"),
    )


def database_place(database: dict[str, object]) -> str:
    """Where the database is, from what was read of its address: never its password."""
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return f"SQLite · {database['NAME']}"
    user, host, port = (str(database.get(part) or "") for part in ("USER", "HOST", "PORT"))
    server = f"{user}@{host}" if user else host
    return f"PostgreSQL · {server}{f':{port}' if port else ''}/{database['NAME']}"


def redis_place(url: str) -> str:
    """Where Redis is; of an address that does not look like one nothing, it might be a password."""
    if not url:
        return _("none: events stay in this process")
    match = _REDIS.fullmatch(url)
    return (match["server"] or match["socket"]) if match else _("set")


def _fact(name: str, value: str, variable: str) -> Fact:
    return Fact(name=name, value=value, variable=variable, is_set=bool(os.environ.get(variable, "").strip()))


def _seconds(number: float) -> str:
    return _("%(n)s s") % {"n": f"{number:g}"}


def _megabytes(number: float) -> str:
    return f"{number:g} MB"


def _count(number: int) -> str:
    return f"{number:,}"


def _listed(words: Iterable[object]) -> str:
    return ", ".join(dict.fromkeys(str(word) for word in words)) or _("none")
