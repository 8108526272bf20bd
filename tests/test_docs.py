"""The documentation says what the code does."""

import re

import pytest

from tests.conftest import ROOT

SETTINGS = (ROOT / "mockopenai" / "settings.py").read_text()
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()
READ = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
DOCUMENTED = set(re.findall(r"^\| `([A-Z_]+)` \|", CONFIGURATION, re.M))


def test_every_setting_is_documented() -> None:
    assert len(READ) > 15
    assert READ - DOCUMENTED == set()


def test_every_documented_setting_exists() -> None:
    assert DOCUMENTED - READ == set()


@pytest.mark.parametrize(
    ("name", "default"), re.findall(r"^\| `([A-Z_]+)` \| `([^`/]+)` \|", CONFIGURATION, re.M)
)
def test_the_documented_default_is_the_real_one(name: str, default: str) -> None:
    call = re.search(rf'env\.\w+\(\s*"{name}",\s*(?:default=)?([^,)]+)', SETTINGS)
    assert call is not None
    found = call.group(1).strip('"').replace("_", "")
    assert {"True": "1", "False": "0"}.get(found, found) == default


def test_no_page_has_a_placeholder_left() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    found = [
        word for page in pages for word in re.findall(r"\b(?:TODO|FIXME|[A-Z]+_TABLE)\b", page.read_text())
    ]
    assert found == []


def test_every_relative_link_in_the_documentation_leads_somewhere() -> None:
    pages = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
    ]
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_the_readme_names_the_commands_that_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"(?m)(?:^|`)make ([a-z]+)", (ROOT / "README.md").read_text())) <= targets
