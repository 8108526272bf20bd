"""The settings that docker-compose.yml gives: Django's own check of deployments, and what HTTPS changes."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, Server
from tests.deploy.test_compose import SERVICES


def compose_environment(**given: str) -> dict[str, str]:
    """The environment of web, its variables filled in as docker-compose does it."""

    def filled(found: re.Match[str]) -> str:
        return given.get(found[1]) or (found[3] if found[2] == ":-" else "filled-in")

    environment: dict[str, str] = SERVICES["web"]["environment"]
    return {
        name: re.sub(r"\$\{(\w+)(:-|:\?)([^}]*)\}", filled, str(value)) for name, value in environment.items()
    }


@pytest.mark.parametrize("given", [{}, {"HTTPS": "1"}], ids=["plain", "https"])
def test_djangos_check_of_deployments_has_nothing_to_say(tmp_path: Path, given: dict[str, str]) -> None:
    """As the image sets it, too: the address it listens on decides about accounts."""
    env = {
        **os.environ,
        **compose_environment(**given),
        "MOCKOPENAI_HOST": "0.0.0.0",
        "MOCKOPENAI_DATA_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0 and "no issues" in done.stdout, done.stdout + done.stderr


def test_https_is_promised_for_this_name_alone(start: Callable[..., Server]) -> None:
    proxy = {"MOCKOPENAI_HTTPS": "1", "MOCKOPENAI_TRUSTED_PROXIES": "127.0.0.1/32"}
    server = start(**proxy, MOCKOPENAI_OPEN="0")
    plain = server.api.get("/login")
    assert plain.status_code == 301 and plain.headers["location"].startswith("https://")
    page = server.api.get("/login", headers={"x-forwarded-proto": "https"})
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert "Secure" in page.headers["set-cookie"]
    assert server.api.get("/livez").status_code == 200  # asked from within
