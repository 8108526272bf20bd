"""The Dockerfile's rules; that it builds and runs is what `python -m deploy.trial` shows."""

import json
import re

from mockopenai.settings import VERSION
from tests.conftest import ROOT
from tests.deploy.test_compose import SERVICES
from tests.test_docs import DOCUMENTED

TEXT = (ROOT / "Dockerfile").read_text()
BUILD, FINAL = TEXT.split("\nFROM ")[1:]
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()


def only(pattern: str) -> str:
    [found] = re.findall(pattern, FINAL, re.M)
    return str(found)


def test_what_runs_is_built_in_a_stage_of_its_own() -> None:
    assert "AS build" in BUILD and FINAL.count("COPY --from=build") == 2
    assert not re.search(r"pip|apt|apk|gcc", FINAL)


def test_nothing_is_compiled_on_any_architecture() -> None:
    assert "--only-binary=:all:" in BUILD and "--no-index" in BUILD
    assert not re.search(r"amd64|arm64|x86_64|aarch64|--platform", TEXT)


def test_it_runs_as_a_user_who_is_a_number_and_the_same_everywhere() -> None:
    uid = only(r"^ARG UID=(\d+)$")
    assert only(r"^USER (.+)$") == "${UID}:${UID}"
    assert SERVICES["web"]["user"] == f"{uid}:{uid}"


def test_signals_reach_the_server() -> None:
    assert json.loads(only(r"^ENTRYPOINT (.+)$")) == ["python", "manage.py"]
    assert json.loads(only(r"^CMD (.+)$")) == ["start"]
    assert only(r"^STOPSIGNAL (.+)$") == "SIGTERM"


def test_its_health_is_asked_by_a_command_of_ours_as_in_the_compose_file() -> None:
    command = json.loads(only(r"^HEALTHCHECK [^\[]*CMD (.+)$"))
    assert command == ["python", "-m", "mockopenai.alive", "/livez"]
    assert SERVICES["web"]["healthcheck"]["test"] == ["CMD", *command]
    assert (ROOT / "mockopenai" / "alive.py").exists()


def test_its_settings_are_documented_and_its_data_lie_in_a_volume() -> None:
    settings = dict(re.findall(r"(MOCKOPENAI_\w+)=(\S+)", FINAL))
    assert set(settings) <= DOCUMENTED
    assert settings["MOCKOPENAI_DATA_DIR"] == only(r"^VOLUME (.+)$") == "/data"
    assert only(r"^EXPOSE (.+)$") == settings["MOCKOPENAI_PORT"] == "8000"


def test_its_labels_and_tags_are_of_this_version() -> None:
    assert only(r"^ARG VERSION=(.+)$") == VERSION
    assert SERVICES["web"]["image"] == f"mockopenai:{VERSION}"
    labels = set(re.findall(r"org\.opencontainers\.image\.(\w+)=", FINAL))
    assert {"title", "description", "licenses", "version", "revision"} <= labels


def test_nothing_comes_into_it_that_is_not_named() -> None:
    assert next(line for line in IGNORED if line and not line.startswith("#")) == "*"
    let_in = {line[1:] for line in IGNORED if line.startswith("!")}
    assert let_in == {"manage.py", "requirements.txt", "mockopenai", "apps", "templates", "static", "locale"}
    assert all((ROOT / name).exists() for name in let_in)
