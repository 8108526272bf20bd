"""What lies under vendor/ is what the lock file and the manifest say."""

import hashlib
import json
from typing import Any

import pytest

from tests.conftest import ROOT

MANIFEST: dict[str, Any] = json.loads((ROOT / "static/vendor/manifest.json").read_text())
LOCKED: dict[str, Any] = json.loads((ROOT / "package-lock.json").read_text())["packages"]
FILES = [file for entry in MANIFEST.values() for file in entry["files"]]
PACKAGES = [(name, package) for entry in MANIFEST.values() for name, package in entry["packages"].items()]


def test_the_manifest_names_the_libraries_of_the_dashboard() -> None:
    assert set(MANIFEST) == {"htmx", "alpine", "tinykeys", "bootstrap", "codemirror", "uplot", "axe-core"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["path"])
def test_a_vendored_file_is_the_one_that_was_made(file: dict[str, Any]) -> None:
    content = (ROOT / file["path"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert len(content) == file["size_bytes"]


def test_nothing_lies_there_that_the_manifest_does_not_know() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("static/vendor", "tests/vendor")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert found == {file["path"] for file in FILES} | {"static/vendor/manifest.json"}


@pytest.mark.parametrize(("name", "package"), PACKAGES, ids=[name for name, _ in PACKAGES])
def test_a_vendored_package_has_the_version_of_the_lock_file(name: str, package: dict[str, str]) -> None:
    locked = LOCKED[f"node_modules/{name}"]
    assert (package["version"], package["licence"]) == (locked["version"], locked["license"])


@pytest.mark.parametrize(("folder", "entry"), MANIFEST.items(), ids=list(MANIFEST))
def test_a_library_comes_with_the_licence_of_every_package_in_it(folder: str, entry: dict[str, Any]) -> None:
    [licences] = [file["path"] for file in entry["files"] if file["path"].endswith("LICENSES.txt")]
    text = (ROOT / licences).read_text()
    for name, package in entry["packages"].items():
        assert f"{name} {package['version']}\n" in text
    assert len(text) > 300
