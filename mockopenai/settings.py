"""Every setting of the server, read from the environment (documented in docs/configuration.md)."""

from pathlib import Path
from typing import Any

from apps.accounts import hosts
from mockopenai import backends, logs, secret_key
from mockopenai import environment as env
from mockopenai.parts import BASE_DIR as BASE_DIR
from mockopenai.parts import INSTALLED_APPS as INSTALLED_APPS
from mockopenai.parts import MIDDLEWARE as MIDDLEWARE
from mockopenai.parts import TEMPLATES as TEMPLATES

VERSION = "0.1.0"

# --- where things are kept -------------------------------------------------------------------
MOCKOPENAI_DATA_DIR = Path(env.text("MOCKOPENAI_DATA_DIR", str(BASE_DIR / "data"))).resolve()
DATABASE_URL = env.text("DATABASE_URL", "")
if not DATABASE_URL:
    env.make_folder("MOCKOPENAI_DATA_DIR", MOCKOPENAI_DATA_DIR)
    DATABASE_URL = f"sqlite:///{MOCKOPENAI_DATA_DIR / 'mockopenai.sqlite3'}"
REDIS_URL = env.text("REDIS_URL", "")

# --- the server ------------------------------------------------------------------------------
MOCKOPENAI_HOST = env.text("MOCKOPENAI_HOST", "127.0.0.1")
MOCKOPENAI_PORT = env.integer("MOCKOPENAI_PORT", 8000, low=0, high=65535)
WORKERS_MAX = 64
MOCKOPENAI_WORKERS = env.integer("MOCKOPENAI_WORKERS", 1, low=1, high=WORKERS_MAX)
# None: open on loopback alone. `serve --host` sets IS_LOOPBACK anew.
MOCKOPENAI_OPEN = env.wish("MOCKOPENAI_OPEN")
IS_LOOPBACK = hosts.is_loopback(MOCKOPENAI_HOST)
MOCKOPENAI_TRUSTED_PROXIES = env.networks("MOCKOPENAI_TRUSTED_PROXIES")
MOCKOPENAI_LOG_LEVEL = env.choice(
    "MOCKOPENAI_LOG_LEVEL", "info", ("debug", "info", "warning", "error", "critical")
)
MOCKOPENAI_LOG_FORMAT = env.choice("MOCKOPENAI_LOG_FORMAT", "text", ("text", "json"))
MOCKOPENAI_ACCESS_LOG = env.flag("MOCKOPENAI_ACCESS_LOG", default=False)
# Whoever comes from there may read /metrics: this machine and private networks.
MOCKOPENAI_METRICS_FROM = env.networks(
    "MOCKOPENAI_METRICS_FROM", "127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7,fe80::/10"
)
MOCKOPENAI_SQLITE_SYNC = env.choice("MOCKOPENAI_SQLITE_SYNC", "normal", ("normal", "full"))

# --- who may do what -------------------------------------------------------------------------
MOCKOPENAI_ADMIN_USER = env.text("MOCKOPENAI_ADMIN_USER", "")
MOCKOPENAI_ADMIN_PASSWORD = env.text("MOCKOPENAI_ADMIN_PASSWORD", "")
MOCKOPENAI_ADMIN_PASSWORD = MOCKOPENAI_ADMIN_PASSWORD or env.content("MOCKOPENAI_ADMIN_PASSWORD_FILE")
MOCKOPENAI_REQUIRE_KEY = env.flag("MOCKOPENAI_REQUIRE_KEY", default=False)
MOCKOPENAI_HTTPS = env.flag("MOCKOPENAI_HTTPS", default=False)
MOCKOPENAI_HSTS = env.choice("MOCKOPENAI_HSTS", "host", ("off", "host", "subdomains", "preload"))
MOCKOPENAI_AUDIT_DAYS = env.number("MOCKOPENAI_AUDIT_DAYS", 90, low=0.001, high=36500)

# --- how calls are answered ------------------------------------------------------------------
MOCKOPENAI_FALLBACK = env.choice("MOCKOPENAI_FALLBACK", "manual", ("manual", "auto", "refuse"))
MOCKOPENAI_HOLD_S = env.number("MOCKOPENAI_HOLD_S", 290, low=0.1, high=86400)
MOCKOPENAI_WARM_AFTER_S = env.number("MOCKOPENAI_WARM_AFTER_S", 15, low=0, high=86400)
MOCKOPENAI_TYPING_IDLE_S = env.number("MOCKOPENAI_TYPING_IDLE_S", 60, low=0.1, high=86400)
MOCKOPENAI_MODELS = env.words("MOCKOPENAI_MODELS")
MOCKOPENAI_REQUEST_FAULTS = env.flag("MOCKOPENAI_REQUEST_FAULTS", default=True)
MOCKOPENAI_VALIDATE = env.choice("MOCKOPENAI_VALIDATE", "warn", ("off", "warn", "reject"))
MOCKOPENAI_UNKNOWN_IDS = env.choice("MOCKOPENAI_UNKNOWN_IDS", "refuse", ("refuse", "sample"))

# --- limits ----------------------------------------------------------------------------------
MOCKOPENAI_MAX_BODY_MB = env.number("MOCKOPENAI_MAX_BODY_MB", 20, low=0.001, high=1024)
MOCKOPENAI_FILE_DB_MAX_MB = env.number("MOCKOPENAI_FILE_DB_MAX_MB", 1, low=0, high=100)
MOCKOPENAI_IMPORT_MAX_MB = env.number("MOCKOPENAI_IMPORT_MAX_MB", 10, low=0.001, high=1024)
MOCKOPENAI_MAX_WAITING = env.integer("MOCKOPENAI_MAX_WAITING", 2000, low=1, high=1_000_000)
MOCKOPENAI_MAX_WAITING_PER_CALLER = env.integer(
    "MOCKOPENAI_MAX_WAITING_PER_CALLER", 500, low=1, high=1_000_000
)
MOCKOPENAI_QUEUE_MAX = env.integer("MOCKOPENAI_QUEUE_MAX", 100_000, low=1, high=10_000_000)
MOCKOPENAI_JOURNAL_MAX = env.integer("MOCKOPENAI_JOURNAL_MAX", 10_000, low=1, high=100_000_000)
MOCKOPENAI_JOURNAL_DAYS = env.number("MOCKOPENAI_JOURNAL_DAYS", 7, low=0.001, high=36500)
MOCKOPENAI_STATS_DAYS = env.number("MOCKOPENAI_STATS_DAYS", 90, low=2, high=36500)

MAX_BODY_BYTES = int(MOCKOPENAI_MAX_BODY_MB * 1024 * 1024)
IMPORT_MAX_BYTES = int(MOCKOPENAI_IMPORT_MAX_MB * 1024 * 1024)


SECRET_KEY = env.text("MOCKOPENAI_SECRET_KEY", "") or secret_key.kept(MOCKOPENAI_DATA_DIR)
DEBUG = env.flag("MOCKOPENAI_DEBUG", default=False)
ALLOWED_HOSTS = env.words("MOCKOPENAI_ALLOWED_HOSTS") or hosts.allowed_hosts(MOCKOPENAI_HOST)

ROOT_URLCONF = "mockopenai.urls"
ASGI_APPLICATION = "mockopenai.asgi.application"
WSGI_APPLICATION = None
DATABASES = {"default": backends.database(DATABASE_URL, sqlite_sync=MOCKOPENAI_SQLITE_SYNC)}
CHANNEL_LAYERS = {"default": backends.channel_layer(REDIS_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

AUTHENTICATION_BACKENDS = ["apps.accounts.backend.RoleBackend"]
LOGIN_URL = "/login"

# Cookies are no script's business but the theme's; another site's form comes without them.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = MOCKOPENAI_HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
if MOCKOPENAI_HTTPS:
    # The header counts from a trusted proxy alone: see accounts.https.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 0 if MOCKOPENAI_HSTS == "off" else 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = MOCKOPENAI_HSTS in ("subdomains", "preload")
    SECURE_HSTS_PRELOAD = MOCKOPENAI_HSTS == "preload"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics)$"]  # asked from within, past the proxy
# Of `check --deploy`. Without TLS in front these would lock everybody out (the doctor warns of it); with it,
# other names of the domain (W005, W021) are its owner's to promise: MOCKOPENAI_HSTS.
SILENCED_SYSTEM_CHECKS = [
    f"security.W{number}"
    for number in (("004", "005", "021") if MOCKOPENAI_HTTPS else ("004", "008", "012", "016"))
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
# Empty: straight from the sources. Else what collectstatic left there, and nothing else: see the Makefile.
MOCKOPENAI_STATIC_ROOT = env.text("MOCKOPENAI_STATIC_ROOT", "")
STATIC_ROOT = Path(MOCKOPENAI_STATIC_ROOT or BASE_DIR / "staticfiles").resolve()
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_FINDERS = not MOCKOPENAI_STATIC_ROOT
SERVESTATIC_KEEP_ONLY_HASHED_FILES = True
SERVESTATIC_ALLOW_ALL_ORIGINS = False
SERVESTATIC_AUTOREFRESH = DEBUG
if MOCKOPENAI_STATIC_ROOT:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "mockopenai.collected.CollectedFiles"},
    }

# The queue contract has no trailing slashes; a redirect would lose the body of a POST.
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
SECURE_CONTENT_TYPE_NOSNIFF = True

# The classes stand on accounts.rest.RestView; here they would import that module while it loads.
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "EXCEPTION_HANDLER": "apps.accounts.rest.exception_handler",
    "UNAUTHENTICATED_USER": None,
}

LOGGING = logs.configuration(level=MOCKOPENAI_LOG_LEVEL, form=MOCKOPENAI_LOG_FORMAT)
