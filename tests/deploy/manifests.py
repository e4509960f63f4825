"""What deploy/ holds, read: the compose file, and the Kubernetes manifests as Kustomize puts them together."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
EXAMPLE = KUBERNETES / "overlays" / "example"

Object = dict[str, Any]
_KEYS = {"apiVersion", "kind", "namespace", "labels", "resources", "images", "patches"}
# Objects that are of no namespace.
_OF_THE_CLUSTER = ("Namespace",)


def compose() -> Object:
    """Return the compose file, its anchors filled in."""
    found: Object = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def rendered(folder: Path = EXAMPLE) -> list[Object]:
    """Return the objects of a kustomization: as far as Kustomize is used here, and no further."""
    given: Object = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    assert set(given) <= _KEYS, "what Kustomize can do beyond this is not known here"
    objects: list[Object] = []
    for name in given["resources"]:
        path = (folder / name).resolve()
        if path.is_dir():
            objects += rendered(path)
        else:
            objects += [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]
    objects = copy.deepcopy(objects)
    for one in objects:
        for rule in given.get("labels", ()):
            _label(one, rule["pairs"], rule.get("includeTemplates", False))
        if "namespace" in given:
            if one["kind"] not in _OF_THE_CLUSTER:
                one["metadata"]["namespace"] = given["namespace"]
            elif one["kind"] == "Namespace":
                one["metadata"]["name"] = given["namespace"]
        for container in containers(one):
            for image in given.get("images", ()):
                if container["image"] == image["name"]:
                    container["image"] = f"{image['newName']}:{image['newTag']}"
    for patch in given.get("patches", ()):
        wanted = patch["target"]
        meant = [o for o in objects if (o["kind"], o["metadata"]["name"]) == (wanted["kind"], wanted["name"])]
        assert meant, f"there is no {wanted}"
        for one in meant:
            for step in yaml.safe_load(patch["patch"]):
                _patch(one, step)
    return objects


def pods(one: Object) -> Iterator[Object]:
    """Yield the template of an object's pods, with metadata and spec; nothing where it starts none."""
    spec = one.get("spec") or {}
    if one["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    if "template" in spec:
        yield spec["template"]


def containers(one: Object) -> Iterator[Object]:
    """Yield the containers of an object's pods."""
    for pod in pods(one):
        yield from pod["spec"]["containers"]


def _label(one: Object, pairs: dict[str, str], templates: bool) -> None:
    metadata = [one["metadata"]]
    if templates:
        metadata += [pod["metadata"] for pod in pods(one)]
        if one["kind"] == "CronJob":
            metadata.append(one["spec"]["jobTemplate"].setdefault("metadata", {}))
        metadata += [claim["metadata"] for claim in (one.get("spec") or {}).get("volumeClaimTemplates", ())]
    for found in metadata:
        found["labels"] = {**(found.get("labels") or {}), **pairs}


def _patch(one: Object, step: Object) -> None:
    """Carry out one step of a JSON patch (RFC 6902): `add` or `replace` of a key."""
    *way, last = step["path"].lstrip("/").split("/")
    place: Any = one
    for name in way:
        place = place[name]
    assert step["op"] in ("add", "replace")
    assert step["op"] == "add" or last in place, f"there is no {step['path']}"
    place[last] = step["value"]
