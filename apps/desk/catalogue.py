"""The texts of our JavaScript in one language, as an ES module that browsers may keep for ever."""

import gettext
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import to_locale
from django.views.decorators.http import require_safe

KEPT = "public, max-age=31536000, immutable"


@require_safe
def words(request: HttpRequest, language: str, version: str) -> HttpResponse:
    """`export const catalog, plural`; a new text has a new `version`, hence a new address."""
    if not module(language):
        raise Http404
    return HttpResponse(
        module(language), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": KEPT}
    )


def version(language: str) -> str:
    """Changes with the texts; "" for a language without a catalogue: its texts are the sources themselves."""
    text = module(language)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


@cache
def module(language: str) -> str:
    """The catalogue of a language as JavaScript; "" when there is none."""
    if language not in dict(settings.LANGUAGES):
        return ""
    file = Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES" / "djangojs.mo"
    if not file.exists():
        return ""
    with file.open("rb") as opened:
        found: Any = gettext.GNUTranslations(opened)
    texts: dict[str, Any] = {}
    for key, value in found._catalog.items():  # the only way to all of them; Django's own view does the same
        if isinstance(key, tuple):
            texts.setdefault(key[0], {})[key[1]] = value
        elif key:
            texts[key] = value
    forms = found.info().get("plural-forms", "nplurals=2; plural=(n != 1);")
    rule = forms.rpartition("plural=")[2].strip().rstrip(";")
    return (
        f"export const catalog = {json.dumps(texts, ensure_ascii=False, sort_keys=True)};\n"
        f"export const plural = (n) => Number({rule});\n"
    )
