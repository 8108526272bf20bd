"""The house's shape: which app may know which, and how large a thing may grow."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the top down: a package imports from rows below its own only, never from beside it or above.
# `wire` lies alone at the bottom, because every door reads JSON through its gate.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("mockopenai",),
    ("gateway",),
    ("desk", "stats", "config"),
    ("queues",),
    ("kept", "library", "faults"),
    ("journal",),
    ("live",),
    ("accounts",),
    ("wire",),
)
RANK = {name: rank for rank, row in enumerate(LAYERS) for name in row}

FRAMEWORKS = {"django", "channels", "rest_framework", "asgiref", "daphne", "uvicorn"}
VAGUE = {"utils", "helpers", "services", "common", "misc", "signals"}
MODULE_MAX_LINES = 200
FUNCTION_MAX_LINES = 50

MODULES = sorted(
    path
    for folder in ("apps", "mockopenai", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts  # written by makemigrations
)
WRITTEN = [path for path in MODULES if path.read_text().strip()]  # without the empty __init__.py


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def package_of(module: str) -> str:
    """The row's name of a dotted module: apps.wire.chat → wire; "" for what is not ours."""
    parts = module.split(".")
    if parts[0] == "apps" and len(parts) > 1:
        return parts[1]
    return parts[0] if parts[0] == "mockopenai" else ""


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, by its dotted name."""
    here = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: -node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def in_layers(path: Path) -> bool:
    return name_of(path).startswith(("apps/", "mockopenai/"))


def test_every_app_has_its_row() -> None:
    apps = {path.parent.name for path in (ROOT / "apps").glob("*/__init__.py")}
    assert apps <= RANK.keys(), f"give these a row in LAYERS: {sorted(apps - RANK.keys())}"


def test_imports_go_downwards_only() -> None:
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in MODULES
        if in_layers(path) and path.parent != ROOT / "apps"
        for module in imports_of(path)
        if not _may_know(package_of(".".join(path.relative_to(ROOT).parts)), package_of(module))
    ]
    assert not wrong, "\n".join(wrong)


def _may_know(own: str, other: str) -> bool:
    return not other or own == other or RANK[own] < RANK[other]


def test_the_wire_formats_know_no_framework() -> None:
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in (ROOT / "apps" / "wire").rglob("*.py")
        for module in imports_of(path)
        if module.split(".")[0] in FRAMEWORKS
    ]
    assert not wrong, "\n".join(wrong)


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [name_of(path) for path in MODULES if VAGUE & {path.stem, *path.relative_to(ROOT).parts}]
    assert not vague


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_a_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MODULE_MAX_LINES, "it hides a second module"
    assert ast.get_docstring(ast.parse(text)), "its first line should say what it is for"


def test_a_script_is_as_short() -> None:
    scripts = (ROOT / "static" / "js").glob("*.js")
    assert not [path.name for path in scripts if len(path.read_text().splitlines()) > MODULE_MAX_LINES]


def test_functions_are_short() -> None:
    long = [
        f"{name_of(path)}: {node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines"
        for path in WRITTEN
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_MAX_LINES
    ]
    assert not long, "\n".join(long)
