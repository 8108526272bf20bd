"""Looks at what a deployment was told: its settings, its files, their permissions."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from apps.gateway.finding import Finding, error, ok, warning

KEY_MIN = 40  # characters
FREE_LOW_BYTES, FREE_MIN_BYTES = 1024**3, 100 * 1024**2


def settings_findings() -> Iterator[Finding]:
    yield _debug()
    yield _secret_key()
    yield _open()
    yield _hosts()
    yield _https()
    yield _proxies()
    yield _metrics()
    yield _data_dir()
    yield _key_file()
    yield _database_file()
    yield _space()
    yield _static()


def _is_local() -> bool:
    return bool(settings.IS_LOOPBACK)


def _debug() -> Finding:
    if not settings.DEBUG:
        return ok("debug", "Django's debug pages are off.")
    return error(
        "debug",
        "MOCKOPENAI_DEBUG is on.",
        why="An error shows settings and source code to whoever caused it.",
        mend="Leave MOCKOPENAI_DEBUG out.",
    )


def _secret_key() -> Finding:
    if len(settings.SECRET_KEY) >= KEY_MIN and len(set(settings.SECRET_KEY)) > 5:
        return ok("secret_key", "The secret key is long enough.")
    return error(
        "secret_key",
        f"The secret key has less than {KEY_MIN} characters, or hardly any different ones.",
        why="Whoever guesses it can forge the cookies of anybody's login.",
        mend="Leave MOCKOPENAI_SECRET_KEY out, and one is made; or set 50 random characters.",
    )


def _open() -> Finding:
    if not settings.MOCKOPENAI_OPEN or _is_local():
        return ok("open", f"Serves on {settings.MOCKOPENAI_HOST}; open mode is not on for others.")
    return warning(
        "open",
        f"MOCKOPENAI_OPEN is on, and the server listens on {settings.MOCKOPENAI_HOST}.",
        why="Whoever reaches it can answer calls, change queues and read the journal, without a login.",
        mend="Leave MOCKOPENAI_OPEN out, or see that only your team reaches the address.",
    )


def _hosts() -> Finding:
    if "*" not in settings.ALLOWED_HOSTS or _is_local():
        return ok("allowed_hosts", f"Answers to {', '.join(settings.ALLOWED_HOSTS)}.")
    return warning(
        "allowed_hosts",
        "The dashboard answers to every name in the Host header.",
        why="A foreign web page whose name is made to lead here (DNS rebinding) passes for one of ours.",
        mend="Set MOCKOPENAI_ALLOWED_HOSTS to the names that people use.",
    )


def _https() -> Finding:
    if not settings.MOCKOPENAI_TRUSTED_PROXIES or settings.SESSION_COOKIE_SECURE:
        return ok("https", "Cookies are kept to https where a proxy stands in front.")
    return warning(
        "https",
        "A proxy stands in front, and the session cookie may travel over plain http.",
        why="Whoever listens on the network can take over the session of whoever is logged in.",
        mend="End TLS at the proxy, and set MOCKOPENAI_HTTPS=1.",
    )


def _proxies() -> Finding:
    wide = [str(network) for network in settings.MOCKOPENAI_TRUSTED_PROXIES if network.prefixlen == 0]
    if not wide:
        named = ", ".join(map(str, settings.MOCKOPENAI_TRUSTED_PROXIES)) or "nobody"
        return ok("trusted_proxies", f"X-Forwarded-For is believed from {named}.")
    return error(
        "trusted_proxies",
        f"MOCKOPENAI_TRUSTED_PROXIES has {', '.join(wide)}: everybody.",
        why="Anybody can name the address that their calls come from, and so whose queue answers them.",
        mend="Name the address of your proxy alone, such as 10.0.0.5/32.",
    )


def _metrics() -> Finding:
    if all(network.prefixlen for network in settings.MOCKOPENAI_METRICS_FROM):
        return ok("metrics", "/metrics is for named networks alone.")
    return warning(
        "metrics",
        "/metrics may be read from everywhere.",
        why="It tells how much this server is used, and by what.",
        mend="Set MOCKOPENAI_METRICS_FROM to the network of your Prometheus.",
    )


def _data_dir() -> Finding:
    path: Path = settings.MOCKOPENAI_DATA_DIR
    if not path.exists():
        return ok("data_dir", f"{path} is not there, and not needed.")
    if path.stat().st_mode & 0o002:
        return error(
            "data_dir",
            f"Everybody on this machine may write to {path}.",
            why="Whoever can replace the database or the secret key is administrator here.",
            mend=f"chmod o-w {path}",
        )
    if not os.access(path, os.W_OK | os.X_OK):
        return error(
            "data_dir",
            f"{path} cannot be written by this user (uid {os.getuid()}).",
            why="The database and the secret key lie there.",
            mend=f"chown -R {os.getuid()} {path}",
        )
    return ok("data_dir", f"{path} is writable for this user, and not for everybody.")


def _key_file() -> Finding:
    path = settings.MOCKOPENAI_DATA_DIR / "secret_key"
    if not path.exists() or not path.stat().st_mode & 0o077:
        return ok("secret_key_file", "The secret key is readable for its owner alone.")
    return error(
        "secret_key_file",
        f"{path} has the mode {path.stat().st_mode & 0o777:04o}.",
        why="Other users of this machine can read the key, and forge the cookies of anybody's login.",
        mend=f"chmod 600 {path}; if others have had access, delete it and start anew.",
    )


def _database_file() -> Finding:
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        return ok("database_file", "The database is no file of this machine's.")
    path = Path(settings.DATABASES["default"]["NAME"])
    files = [path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))]
    wide = [file for file in files if file.exists() and file.stat().st_mode & 0o077]
    # A folder that lets nobody in keeps its files, whatever their modes.
    if not wide or not path.parent.stat().st_mode & 0o011:
        return ok("database_file", "The database's files are for their owner alone.")
    return warning(
        "database_file",
        "Other users of this machine can open " + ", ".join(str(file) for file in wide) + ".",
        why="They hold every call with its answer, and the sessions of whoever is logged in.",
        mend="chmod 600 " + " ".join(str(file) for file in wide),
    )


def _space() -> Finding:
    path: Path = settings.MOCKOPENAI_DATA_DIR
    there = next(one for one in (path, *path.parents) if one.exists())
    free = shutil.disk_usage(there).free
    told = f"{free / 1024**2:,.0f} MB free at {there}."
    if free >= FREE_LOW_BYTES:
        return ok("disk", told)
    kind = error if free < FREE_MIN_BYTES else warning
    return kind(
        "disk",
        told,
        why="A full disk stops every call: each is written before it is answered.",
        mend="Make room, or keep less: MOCKOPENAI_JOURNAL_MAX, MOCKOPENAI_JOURNAL_DAYS.",
    )


def _static() -> Finding:
    if not settings.MOCKOPENAI_STATIC_ROOT:
        return warning(
            "static",
            "The dashboard's files come straight from their sources.",
            why="They are not compressed, and browsers fetch them again with each visit.",
            mend="Set MOCKOPENAI_STATIC_ROOT and run manage.py collectstatic --noinput.",
        )
    if (settings.STATIC_ROOT / "staticfiles.json").exists():
        return ok("static", f"The dashboard's files are collected in {settings.STATIC_ROOT}.")
    return error(
        "static",
        f"There are no collected files in {settings.STATIC_ROOT}.",
        why="Every page of the dashboard fails.",
        mend="Run manage.py collectstatic --noinput with the same MOCKOPENAI_STATIC_ROOT.",
    )
