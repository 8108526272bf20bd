"""The manifests of deploy/kubernetes are whole, hang together, and name settings that there are."""

import re
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.deploy.test_compose import NGINX, SERVICES
from tests.test_docs import DOCUMENTED

FOLDER = ROOT / "deploy" / "kubernetes"
FILES = {path.name: list(yaml.safe_load_all(path.read_text())) for path in FOLDER.glob("*.yaml")}
LABELS = {"app.kubernetes.io/name": "mockopenai"}


def objects(kind: str) -> list[dict[str, Any]]:
    return [found for file in FILES.values() for found in file if found["kind"] == kind]


DEPLOYMENTS = objects("Deployment")
every_deployment = pytest.mark.parametrize(
    "deployment", DEPLOYMENTS, ids=["several", "single"][: len(DEPLOYMENTS)]
)


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    [found] = deployment["spec"]["template"]["spec"]["containers"]
    return dict(found)


def test_everything_that_is_promised_is_there() -> None:
    kinds = {found["kind"] for file in FILES.values() for found in file}
    assert kinds == {
        "ConfigMap",
        "Deployment",
        "Ingress",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "Secret",
        "Service",
    }
    assert len(DEPLOYMENTS) == 2


def test_every_object_has_a_version_a_name_and_the_label() -> None:
    for file in FILES.values():
        for found in file:
            assert found["apiVersion"] and found["metadata"]["name"] == "mockopenai"
            assert found["metadata"]["labels"] == LABELS


def test_every_variable_is_a_setting() -> None:
    [config], [secret] = objects("ConfigMap"), objects("Secret")
    names = {*config["data"], *secret["stringData"]}
    names |= {entry["name"] for found in DEPLOYMENTS for entry in container(found).get("env", [])}
    assert names <= DOCUMENTED
    assert all(isinstance(value, str) for value in [*config["data"].values(), *secret["stringData"].values()])
    assert not re.search("PASSWORD|SECRET|URL", " ".join(config["data"]))


@every_deployment
def test_a_pod_may_do_nothing_that_it_does_not_need(deployment: dict[str, Any]) -> None:
    pod, web = deployment["spec"]["template"]["spec"], container(deployment)
    uid = int(SERVICES["web"]["user"].split(":")[0])
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] == uid
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert web["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert {mount["mountPath"] for mount in web["volumeMounts"]} == {"/data", "/tmp"}
    assert {mount["name"] for mount in web["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}


@every_deployment
def test_the_address_of_the_service_does_not_come_as_the_port_to_listen_on(
    deployment: dict[str, Any],
) -> None:
    assert deployment["spec"]["template"]["spec"]["enableServiceLinks"] is False


@every_deployment
def test_a_pod_has_limits_probes_and_time_to_end(deployment: dict[str, Any]) -> None:
    web = container(deployment)
    assert set(web["resources"]["limits"]) == set(web["resources"]["requests"]) == {"cpu", "memory"}
    paths = {name: web[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    paths["readiness"] = paths["readiness"].partition("?")[0]
    assert paths == {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}
    assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= 20
    assert web["image"] == SERVICES["web"]["image"] and web["args"] == ["start"]


def test_all_speak_of_the_same_pods_and_ports() -> None:
    [service], [budget], [ingress] = objects("Service"), objects("PodDisruptionBudget"), objects("Ingress")
    assert service["spec"]["selector"] == budget["spec"]["selector"]["matchLabels"] == LABELS
    for found in DEPLOYMENTS:
        assert (
            found["spec"]["selector"]["matchLabels"]
            == found["spec"]["template"]["metadata"]["labels"]
            == LABELS
        )
        assert container(found)["ports"][0]["name"] == service["spec"]["ports"][0]["targetPort"]
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": "mockopenai", "port": {"name": service["spec"]["ports"][0]["name"]}}


def test_one_pod_on_sqlite_is_never_two() -> None:
    single = next(found for found in DEPLOYMENTS if found["spec"]["replicas"] == 1)
    assert single["spec"]["strategy"] == {"type": "Recreate"}
    assert {"name": "MOCKOPENAI_WORKERS", "value": "1"} in container(single)["env"]
    [claim] = objects("PersistentVolumeClaim")
    [data] = [found for found in single["spec"]["template"]["spec"]["volumes"] if found["name"] == "data"]
    assert data["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]


def test_the_ingress_waits_and_takes_as_much_as_nginx_does() -> None:
    [ingress] = objects("Ingress")
    notes = {name.rpartition("/")[2]: value for name, value in ingress["metadata"]["annotations"].items()}
    assert f"client_max_body_size {notes['proxy-body-size']};" in NGINX
    assert f"proxy_read_timeout {notes['proxy-read-timeout']}s;" in NGINX
    assert notes["proxy-buffering"] == "off"
