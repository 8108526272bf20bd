"""What the project is made of: its apps, its middlewares, its templates; nothing that anybody sets."""

import sys
from pathlib import Path

# DRF looks for fields of PostgreSQL, which nothing here has: 9 MB and a tenth of the start, for its driver.
# That is loaded with the database of that kind, and only with it.
sys.modules.setdefault("django.contrib.postgres", None)  # type: ignore[arg-type]

BASE_DIR = Path(__file__).resolve().parent.parent

INSTALLED_APPS = [
    # Serves `runserver` alone, and Twisted that comes with it is a fifth of every other command's start.
    *(["daphne"] if "runserver" in sys.argv else []),
    "apps.accounts.site_config.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "apps.accounts",
    "apps.live",
    "apps.journal",
    "apps.kept",
    "apps.library",
    "apps.faults",
    "apps.queues",
    "apps.config",
    "apps.desk",
    "apps.stats",
    "apps.gateway",
]

MIDDLEWARE = [
    "apps.accounts.https.trusted_scheme",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",  # no page: the policy of pages would double its headers
    "apps.accounts.csp.content_security_policy",
    "apps.accounts.language.page_language",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.guard.guard",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "apps.accounts.context.asking",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
