"""docker-compose.yml and its nginx keep what the documentation promises; no Docker is needed to see it."""

import re
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.test_docs import DOCUMENTED

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
NGINX = (ROOT / "deploy" / "nginx" / "nginx.conf").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
GIVEN = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.M))
MIB = {"k": 1 / 1024, "m": 1, "g": 1024}

every_service = pytest.mark.parametrize("name", sorted(SERVICES))


def default_of(setting: str) -> str:
    table = (ROOT / "docs" / "configuration.md").read_text()
    [found] = re.findall(rf"^\| `{setting}` \| `([^`]+)` \|", table, re.M)
    return str(found)


def test_the_four_services_are_there() -> None:
    assert set(SERVICES) == {"web", "nginx", "redis", "postgres"}


def test_only_nginx_has_a_port() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert all("network_mode" not in service for service in SERVICES.values())


def test_the_database_and_redis_are_reached_by_web_alone() -> None:
    networks = {name: set(service["networks"]) for name, service in SERVICES.items()}
    assert networks["redis"] == networks["postgres"] == {"back"}
    assert {name for name, found in networks.items() if "back" in found} == {"web", "redis", "postgres"}
    assert all(COMPOSE["networks"][name]["internal"] for name in networks["web"])


@every_service
def test_a_service_may_do_nothing_that_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), "a number, or it might be root's"
    assert not {"privileged", "cap_add", "pid", "ipc", "devices"} & set(service)


@every_service
def test_a_service_has_limits_that_docker_compose_of_either_age_honours(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"] and service["cpus"] and service["pids_limit"]
    assert "deploy" not in service  # docker-compose 1.29 reads it with --compatibility alone
    assert service["logging"]["options"]["max-size"]


@every_service
def test_a_service_has_a_healthcheck_that_needs_no_shell(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] == "CMD" and {"interval", "timeout", "retries"} <= set(check)


@every_service
def test_a_service_ends_in_its_own_time(name: str) -> None:
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) >= 10
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_images_are_pinned() -> None:
    for name, service in SERVICES.items():
        assert re.search(r":\d+(\.\d+)*(-\w+)?$", service["image"]), name
    pins = re.findall(r"^ARG PYTHON_IMAGE=(.+)$", (ROOT / "Dockerfile").read_text(), re.M)
    assert len(pins) == 1 and re.fullmatch(r"python:3\.\d+-slim", pins[0])


def test_web_starts_when_what_it_needs_is_healthy() -> None:
    needs = SERVICES["web"]["depends_on"]
    assert needs == {name: {"condition": "service_healthy"} for name in ("postgres", "redis")}


def test_every_variable_of_web_is_a_setting() -> None:
    assert set(SERVICES["web"]["environment"]) <= DOCUMENTED


def test_every_variable_of_the_file_is_explained_in_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+)", TEXT))
    assert used == set(GIVEN)


def test_defaults_of_the_file_and_of_the_example_agree() -> None:
    for name, default in re.findall(r"\$\{(\w+):-([^}]*)\}", TEXT):
        assert GIVEN[name] == default, name


def test_there_is_no_password_that_anybody_knows() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert required == {"POSTGRES_PASSWORD"}
    secrets = {name: value for name, value in GIVEN.items() if re.search("PASSWORD|SECRET|USER", name)}
    assert set(secrets.values()) == {""} and len(secrets) == 4
    assert "/.env\n" in (ROOT / ".gitignore").read_text()


def test_only_the_network_of_nginx_is_believed_about_who_calls() -> None:
    subnet = COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"]
    trusted = SERVICES["web"]["environment"]["MOCKOPENAI_TRUSTED_PROXIES"]
    assert trusted.split(",") == [subnet, "${TRUSTED_PROXIES:-}"]


# --- nginx ------------------------------------------------------------------------------------


def block(name: str) -> str:
    """What stands in the location of that name."""
    found = re.search(rf"^ +location {re.escape(name)} \{{\n(.*?)^        \}}", NGINX, re.M | re.S)
    assert found is not None, name
    return found.group(1)


V1 = "~ ^/(?:v1|as|openai)(?:/|$)"


def test_its_body_limit_is_the_default_of_the_server() -> None:
    assert re.findall(r"client_max_body_size (\d+)m;", NGINX) == [default_of("MOCKOPENAI_MAX_BODY_MB")]


def test_it_waits_longer_than_a_call_for_a_person() -> None:
    [seconds] = re.findall(r"proxy_read_timeout (\d+)s;", block(V1))
    assert int(seconds) > 2 * int(default_of("MOCKOPENAI_HOLD_S"))


def test_streams_are_neither_gathered_nor_compressed() -> None:
    assert {"proxy_buffering off;", "gzip off;"} <= {
        line.split(" #")[0].strip() for line in block(V1).splitlines()
    }
    assert "gzip on" not in NGINX.replace(block("/api/"), "")


def test_it_says_who_calls_how_it_asked_and_by_which_name() -> None:
    for header, value in (
        ("Host", "$http_host"),
        ("X-Forwarded-For", "$proxy_add_x_forwarded_for"),
        ("X-Forwarded-Proto", "$asked_by"),
    ):
        line = f"proxy_set_header {header} {value};"
        # A location that sets one header inherits none: /ws says them all again.
        assert NGINX.count(line) == 2 and line in block("= /ws")
    assert [
        name for name in re.findall(r"location (\S+(?: \S+)?) \{", NGINX) if "proxy_set_header" in block(name)
    ] == ["= /ws"]


def test_a_websocket_is_let_through() -> None:
    assert {"proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection $connection_for;"} <= {
        line.strip() for line in block("= /ws").splitlines()
    }


def test_its_own_errors_have_the_shape_that_the_caller_can_read() -> None:
    import json

    for name in re.findall(r"location (@openai_\w+)", NGINX):
        code, body = re.findall(r"return (\d+) '(.*)';", block(name))[0]
        error = json.loads(body)["error"]
        assert set(error) == {"message", "type", "param", "code"} and int(code) >= 400
    for name in re.findall(r"location (@api_\w+)", NGINX):
        assert set(json.loads(re.findall(r"return \d+ '(.*)';", block(name))[0])) == {"detail"}
    for code in (413, 502, 503, 504):
        assert re.search(rf"error_page[ \d]* {code}\b", block(V1)) and re.search(
            rf"error_page[ \d]* {code}\b", block("/api/")
        )


def test_it_never_asks_twice() -> None:
    assert "proxy_next_upstream off;" in NGINX


def test_an_idle_connection_to_the_server_ends_at_nginx_first() -> None:
    serve = (ROOT / "apps" / "gateway" / "server.py").read_text()
    kept = [int(seconds) for seconds in re.findall(r"keep_?alive\w*=(\d+)", serve, re.I)]
    [idle] = re.findall(r"keepalive_timeout (\d+)s;  # shorter", NGINX)
    assert int(idle) < min(kept)
