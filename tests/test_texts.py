"""Every text has its translation, and the compiled catalogues are those of the sources."""

import ast
import gettext
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import templatize, to_locale

from apps.library.known import ready
from tests.conftest import ROOT

LOCALES = [to_locale(code) for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
CATALOGUES = [
    ROOT / "locale" / locale / "LC_MESSAGES" / domain
    for locale in LOCALES
    for domain in ("django", "djangojs")
]
STRING = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
CALL = re.compile(rf"\b(?:_|gettext|gettext_lazy|ngettext)\(\s*({STRING}(?:\s+{STRING})*)")
COMMENT = re.compile(r"^\s*(?:/\*|\*|//).*", re.MULTILINE)


def written(domain: str) -> set[str]:
    """The texts in the sources, read without GNU gettext, which not everybody has."""
    if domain == "djangojs":
        sources = [COMMENT.sub("", path.read_text()) for path in (ROOT / "static" / "js").rglob("*.js")]
    else:
        sources = [path.read_text() for path in (ROOT / "apps").rglob("*.py")]
        sources += [templatize(path.read_text()) for path in (ROOT / "templates").rglob("*.html")]
    return {ast.literal_eval(f"({text})") for source in sources for text in CALL.findall(source)}


def read_po(path: Path) -> dict[str, list[str]]:
    """{text: its translations}; a text with a plural has one for each form."""
    texts = {}
    for entry in path.read_text().split("\n\n")[1:]:
        fields: dict[str, str] = {}
        name = ""
        for line in entry.splitlines():
            if found := re.match(r"(msg\w+(?:\[\d\])?) (.*)", line):
                name, line = found.groups()
            if line.startswith('"'):
                fields[name] = fields.get(name, "") + ast.literal_eval(line)
        if "msgid" in fields:
            texts[fields["msgid"]] = [text for field, text in fields.items() if field.startswith("msgstr")]
    return texts


def read_mo(path: Path) -> dict[str, list[str]]:
    with path.open("rb") as opened:
        found: Any = gettext.GNUTranslations(opened)
    texts: dict[str, list[str]] = {}
    for key, text in found._catalog.items():
        if key:
            texts.setdefault(key[0] if isinstance(key, tuple) else key, []).append(text)
    return texts


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_every_text_is_translated(catalogue: Path) -> None:
    texts = read_po(catalogue.with_suffix(".po"))
    assert len(texts) > 50
    assert [text for text, translations in texts.items() if not all(translations)] == []
    assert "fuzzy" not in catalogue.with_suffix(".po").read_text()


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_every_text_of_the_sources_is_in_the_catalogue(catalogue: Path) -> None:
    texts = written(catalogue.name)
    assert len(texts) > 50
    assert sorted(texts - read_po(catalogue.with_suffix(".po")).keys()) == [], "run `make messages`"


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_the_compiled_catalogue_is_the_one_of_its_source(catalogue: Path) -> None:
    texts = read_po(catalogue.with_suffix(".po"))
    translated = {text: translations for text, translations in texts.items() if all(translations)}
    assert read_mo(catalogue.with_suffix(".mo")) == translated


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_a_translation_has_the_values_of_its_text(catalogue: Path) -> None:
    for text, translations in read_po(catalogue.with_suffix(".po")).items():
        for translation in filter(None, translations):
            assert set(re.findall(r"%\(\w+\)s", translation)) <= set(re.findall(r"%\(\w+\)s", text)) | {
                "%(n)s"
            }


def test_what_the_library_says_of_its_ready_templates_is_translated() -> None:
    said = {known.description for known in ready().values()} | {known.category for known in ready().values()}
    for catalogue in CATALOGUES:
        if catalogue.name == "django":
            texts = read_po(catalogue.with_suffix(".po"))
            assert {text for text in said if not any(texts.get(text, []))} == set()
