"""The Kubernetes manifests: of the right form, agreeing with each other, and as closed as they say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import jsonschema
import pytest
import yaml

from latch import cli
from tests.deploy.manifests import EXAMPLE, KUBERNETES, Object, containers, pods, rendered
from tests.missing import missing

OBJECTS = rendered()
PODS = [(one, pod) for one in OBJECTS for pod in pods(one)]
STAYING = ("Deployment", "StatefulSet")


def named(one: Any) -> str:
    return f"{one['kind']}-{one['metadata']['name']}" if isinstance(one, dict) and "kind" in one else "pod"


def of_kind(kind: str, name: str | None = None) -> list[Object]:
    return [one for one in OBJECTS if one["kind"] == kind and name in (None, one["metadata"]["name"])]


@pytest.fixture(scope="module")
def schemas() -> Path:
    """Return the folder of the newest Kubernetes schemas, which allow no unknown field."""
    spec = find_spec("kubernetes_validate")
    if spec is None or not spec.submodule_search_locations:
        missing("kubernetes-validate is not installed")
    folders = Path(spec.submodule_search_locations[0], "kubernetes-json-schema").glob("v*-local-strict")
    return max(folders, key=lambda folder: [int(part) for part in re.findall(r"\d+", folder.name)])


def faults(one: Object, schemas: Path) -> list[str]:
    """Return what is wrong with the form of an object."""
    group, _, version = one["apiVersion"].rpartition("/")
    name = "-".join(part for part in (one["kind"].lower(), group.partition(".")[0], version) if part)
    schema = json.loads((schemas / f"{name}.json").read_text(encoding="utf-8"))
    definitions = json.loads((schemas / "_definitions.json").read_text(encoding="utf-8"))
    known = {urljoin(schema.get("$id", ""), "_definitions.json"): definitions}
    resolver = jsonschema.RefResolver(schema.get("$id", ""), schema, known)
    validator = jsonschema.Draft7Validator(schema, resolver=resolver)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(one)]


@pytest.mark.parametrize("one", OBJECTS, ids=named)
def test_each_object_has_the_form_of_its_kind(one: Object, schemas: Path) -> None:
    assert faults(one, schemas) == []


def test_the_schemas_find_what_is_wrong(schemas: Path) -> None:
    wrong = of_kind("StatefulSet")[0]
    wrong = {**wrong, "spec": {**wrong["spec"], "podManagmentPolicy": "Parallel", "minReadySeconds": "5"}}
    assert len(faults(wrong, schemas)) == 2


def test_they_are_what_kustomize_makes_of_them() -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl, which brings Kustomize, is not installed")
    done = subprocess.run(["kubectl", "kustomize", str(EXAMPLE)], capture_output=True, text=True, check=True)

    def sorted_by_name(objects: list[Object]) -> list[Object]:
        return sorted(objects, key=named)

    assert sorted_by_name(list(yaml.safe_load_all(done.stdout))) == sorted_by_name(OBJECTS)


def test_every_file_of_the_base_is_in_it() -> None:
    base = KUBERNETES / "base"
    listed = yaml.safe_load((base / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    assert sorted(listed) == sorted(path.name for path in base.glob("*.yaml") if path.name != "kustomization.yaml")


@pytest.mark.parametrize(("one", "pod"), PODS, ids=named)
class TestEveryPod:
    def test_may_do_nothing_but_its_work(self, one: Object, pod: Object) -> None:
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }

    def test_has_limits_and_requests(self, one: Object, pod: Object) -> None:
        for container in pod["spec"]["containers"]:
            for kind in ("requests", "limits"):
                assert set(container["resources"][kind]) == {"cpu", "memory"}

    def test_runs_one_of_the_two_images_of_the_site(self, one: Object, pod: Object) -> None:
        images = {container["image"].rpartition(":")[0] for container in pod["spec"]["containers"]}
        assert images <= {"registry.example.org/latch", "registry.example.org/latch-proxy"}

    def test_is_asked_how_it_is_where_it_stays(self, one: Object, pod: Object) -> None:
        for container in pod["spec"]["containers"]:
            ports = {port["name"] for port in container.get("ports", ())}
            for probe in ("readinessProbe", "livenessProbe") if one["kind"] in STAYING else ():
                assert container[probe]["httpGet"]["port"] in ports

    def test_finds_every_value_and_volume_that_it_names(self, one: Object, pod: Object) -> None:
        maps = {found["metadata"]["name"]: found["data"] for found in of_kind("ConfigMap")}
        volumes = {volume["name"] for volume in pod["spec"].get("volumes", ())}
        volumes |= {claim["metadata"]["name"] for claim in one["spec"].get("volumeClaimTemplates", ())}
        for container in pod["spec"]["containers"]:
            assert {mount["name"] for mount in container.get("volumeMounts", ())} <= volumes
            for source in container.get("envFrom", ()):
                assert source["configMapRef"]["name"] in maps
            for entry in container.get("env", ()):
                reference = entry.get("valueFrom", {}).get("configMapKeyRef")
                assert reference is None or reference["key"] in maps[reference["name"]]

    def test_gets_secrets_by_reference_alone(self, one: Object, pod: Object) -> None:
        for container in pod["spec"]["containers"]:
            for entry in container.get("env", ()):
                if re.search("SECRET|TOKEN|PASSWORD|DATABASE_URL", entry["name"]):
                    assert set(entry["valueFrom"]) == {"secretKeyRef"}

    def test_is_found_by_a_network_policy_of_its_own(self, one: Object, pod: Object) -> None:
        def meant(policy: Object) -> bool:
            return set(policy["spec"]["podSelector"]["matchLabels"].items()) <= set(pod["metadata"]["labels"].items())

        assert len([policy for policy in of_kind("NetworkPolicy") if meant(policy)]) == 2, "all, and one that opens"


def test_no_secret_stands_in_the_files() -> None:
    assert of_kind("Secret") == []
    assert not [key for one in of_kind("ConfigMap") for key in one["data"] if re.search("SECRET|TOKEN|PASSWORD", key)]


def test_a_worker_is_ready_when_it_has_answered_and_alive_when_it_responds() -> None:
    (worker,) = containers(of_kind("StatefulSet", "worker")[0])
    paths = {probe: worker[probe]["httpGet"]["path"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert paths == {"startupProbe": "/readyz", "readinessProbe": "/readyz", "livenessProbe": "/healthz"}


def test_services_disruption_budgets_and_selectors_find_pods_and_their_ports() -> None:
    found = [(pod["metadata"]["labels"].items(), pod) for _, pod in PODS]
    for one in [*of_kind("Service"), *of_kind("PodDisruptionBudget")]:
        selector = one["spec"]["selector"].get("matchLabels", one["spec"]["selector"])
        meant = [pod for labels, pod in found if set(selector.items()) <= set(labels)]
        assert meant, named(one)
        ports = [port for pod in meant for container in pod["spec"]["containers"] for port in container["ports"]]
        known = {port["containerPort"] for port in ports} | {port["name"] for port in ports}
        assert {port.get("targetPort", port["port"]) for port in one["spec"].get("ports", ())} <= known
    for one, pod in PODS:
        selector = one["spec"].get("selector", {}).get("matchLabels", {})
        assert set(selector.items()) <= set(pod["metadata"]["labels"].items())


def test_the_proxy_knows_the_name_of_every_worker_that_may_be_started() -> None:
    (scaler,) = of_kind("HorizontalPodAutoscaler")
    assert scaler["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "worker"}
    (workers,) = of_kind("StatefulSet", "worker")
    (service,) = of_kind("Service", workers["spec"]["serviceName"])
    assert service["spec"]["clusterIP"] == "None", "only without an address of its own have its pods names"
    (proxy,) = containers(of_kind("Deployment", "proxy")[0])
    values = {entry["name"]: entry.get("value", "") for entry in proxy["env"]}
    wanted = [f"worker-{n}.worker.$(NAMESPACE).svc.cluster.local:5005" for n in range(scaler["spec"]["maxReplicas"])]
    for name in ("LATCH_PROXY_WORKERS", "LATCH_PROXY_TELEGRAM"):
        assert re.findall(r"server (\S+)", values[name]) == wanted
    assert values["LATCH_PROXY_TELEGRAM"].count("backup") == len(wanted) - 1


def test_its_commands_are_commands_of_latch(capsys: pytest.CaptureFixture[str]) -> None:
    ran = [
        container["args"]
        for one in OBJECTS
        for container in containers(one)
        if "command" not in container and "args" in container
    ]
    assert sorted(arguments[0] for arguments in ran) == ["expire", "migrate", "worker"]
    for arguments in ran:
        with pytest.raises(SystemExit) as ended:
            cli.main([*arguments, "--help"])
        assert ended.value.code == 0
