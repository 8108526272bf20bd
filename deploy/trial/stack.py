"""The stack of docker-compose.yml under a name and a port of its own, started and removed by a trial."""

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = "mockopenai-trial"
NETWORK = "172.30.89"
PATIENCE_S = 180

# With the host's network while it builds: for a trial alone.
OVERRIDE = """
version: "3.8"
services:
  web:
    build: {context: ., network: host}
"""


class TrialError(Exception):
    """Something was not as it has to be."""


def wait_for(look: Callable[[], Any], what: str, *, seconds: float = PATIENCE_S) -> Any:
    """What `look` returns as soon as it is true; what breaks meanwhile is no answer yet."""
    end, last = time.monotonic() + seconds, "nothing"
    while time.monotonic() < end:
        try:
            if found := look():
                return found
        except (httpx.HTTPError, TrialError, KeyError) as error:
            last = repr(error)
        time.sleep(0.1)
    raise TrialError(f"{what}: not within {seconds:g} s ({last})")


def missing() -> str:
    """What of Docker is not here; "" when all is."""
    if not shutil.which("docker"):
        return "there is no docker"
    if subprocess.run(["docker", "info"], capture_output=True, timeout=60).returncode:
        return "no Docker daemon answers"
    return "" if _compose() else "there is neither docker-compose nor docker compose"


def _compose() -> list[str]:
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    found = subprocess.run(["docker", "compose", "version"], capture_output=True, timeout=60).returncode == 0
    return ["docker", "compose"] if found else []


def compose_version() -> str:
    """Its name and version: docker-compose 1.29.2."""
    told = _run([*_compose(), "version", "--short"], None, 60).decode().strip()
    return f"{' '.join(_compose())} {told}"


def docker(*arguments: str, data: bytes | None = None, seconds: float = 300) -> bytes:
    """What docker printed; TrialError with its complaint when it failed."""
    return _run(["docker", *arguments], data, seconds)


def _run(line: list[str], data: bytes | None, seconds: float, env: dict[str, str] | None = None) -> bytes:
    run = subprocess.run(line, input=data, capture_output=True, timeout=seconds, cwd=ROOT, env=env)
    if run.returncode:
        raise TrialError(
            f"{' '.join(line)}: {run.returncode}\n{run.stdout[-2000:].decode()}{run.stderr[-3000:].decode()}"
        )
    return run.stdout


class Stack:
    """`docker-compose` with the trial's settings; `url` is nginx, `api` has the token, once there is one."""

    def __init__(self, *, port: int, workers: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.folder = Path(tempfile.mkdtemp(prefix="mockopenai-trial-"))
        self._settings = {
            "POSTGRES_PASSWORD": secrets.token_hex(16),
            "PORT": f"127.0.0.1:{port}",
            "WORKERS": str(workers),
            "WEB_CPUS": str(min(2, os.cpu_count() or 1)),
            "NETWORK": NETWORK,
        }
        self.configure()
        (self.folder / "override.yml").write_text(OVERRIDE)
        # What is in the caller's environment would win over the file.
        names = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
        self._env = {name: value for name, value in os.environ.items() if name not in names}
        self.api = httpx.Client(base_url=self.url, timeout=30)
        self.calls = httpx.Client(base_url=self.url, timeout=30)

    def configure(self, **settings: str) -> None:
        """Writes .env anew, for the next `compose`."""
        self._settings |= settings
        text = "".join(f"{name}={value}\n" for name, value in self._settings.items())
        (self.folder / ".env").write_text(text)

    def compose(self, *arguments: str, data: bytes | None = None, seconds: float = 900) -> bytes:
        files = ["-f", "docker-compose.yml", "-f", str(self.folder / "override.yml")]
        line = [*_compose(), "-p", PROJECT, "--env-file", str(self.folder / ".env"), *files, *arguments]
        return _run(line, data, seconds, self._env)

    def container(self, service: str) -> str:
        return self.compose("ps", "-q", service).decode().split()[0]

    def inspect(self, service: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(docker("inspect", self.container(service)))[0]
        return found

    def health(self) -> dict[str, str]:
        names = ("web", "nginx", "redis", "postgres")
        return {name: self.inspect(name)["State"]["Health"]["Status"] for name in names}

    def wait_until_healthy(self) -> None:
        wait_for(lambda: set(self.health().values()) == {"healthy"}, "every service healthy")

    def versions(self) -> str:
        """Of what runs in the containers, which may stand in for the published images."""
        asked = {
            "web": ["python", "--version"],
            "nginx": ["nginx", "-v"],
            "redis": ["redis-server", "--version"],
            "postgres": ["postgres", "--version"],
        }
        found = []
        for service, command in asked.items():
            line = ["docker", "exec", self.container(service), "sh", "-c", f"{' '.join(command)} 2>&1"]
            told = subprocess.run(line, capture_output=True, text=True, timeout=60).stdout
            number = re.search(r"\d+\.\d+(\.\d+)?", told)
            found.append(f"{service} {number[0] if number else '?'}")
        return ", ".join(found)

    def python(self, program: str) -> str:
        """Runs a line of Python inside web."""
        return docker("exec", self.container("web"), "python", "-c", program).decode().strip()

    def remove(self) -> None:
        self.api.close()
        self.calls.close()
        self.compose("down", "-v", "--remove-orphans", "-t", "20")
        shutil.rmtree(self.folder)
