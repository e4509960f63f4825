"""The server does what its OpenAPI document says, asked by schemathesis."""

from __future__ import annotations

import os
from typing import Any

import jsonschema
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

from latch.channels.pages import OPENAPI
from tests.channels.conftest import Server

# Of each operation.
EXAMPLES = int(os.environ.get("LATCH_SCHEMATHESIS", "1000"))
DOCUMENT: dict[str, Any] = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))
POSTS = [path for path, item in DOCUMENT["paths"].items() if "post" in item]


def resolved(part: Any) -> Any:
    """Return a part of the document with its references followed."""
    if isinstance(part, dict):
        if "$ref" in part:
            found = DOCUMENT
            for key in part["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            return resolved(found)
        return {key: resolved(value) for key, value in part.items()}
    return [resolved(one) for one in part] if isinstance(part, list) else part


def examples() -> list[tuple[str, Any, Any]]:
    """Return every example of the document, with where it stands and its schema."""
    found: list[tuple[str, Any, Any]] = []

    def collect(where: str, part: Any) -> None:
        if isinstance(part, dict):
            if "schema" in part:
                values = [part["example"]] if "example" in part else []
                values += [one["value"] for one in part.get("examples", {}).values()]
                found.extend((where, part["schema"], value) for value in values)
            for key, value in part.items():
                collect(f"{where}/{key}", value)

    collect("", resolved(DOCUMENT["paths"]))
    return found


def test_every_example_of_the_document_is_right() -> None:
    assert len(examples()) > 40
    for where, schema, value in examples():
        validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        assert not [f"{where}: {error.message}" for error in validator.iter_errors(value)]


def test_every_refusal_is_described_with_its_sentence() -> None:
    from latch.channels.web.refusals import _STATUS, RefusalError

    told = {value["error"]["code"]: value for _, _, value in examples() if isinstance(value, dict) and "error" in value}
    assert set(told) == set(_STATUS)
    for code in set(_STATUS) - {"too_long"}:
        assert told[code] == RefusalError(code).body()
    for path in POSTS:
        described = set(DOCUMENT["paths"][path]["post"]["responses"])
        assert {"400", "403", "413", "415", "429", "500", "503"} <= described


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_server_is_as_described(server: Server, path: str, mode: GenerationMode) -> None:
    # By itself it takes no 413 for a refusal.
    refusals = {"negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "413", "415"]}}
    schema = schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config.from_dict({"checks": refusals}))
    schema.config.update(base_url=server.client.url)
    schema.config.generation.update(modes=[mode])
    operation = schema[path]["POST"]
    done = {"requests": 0}

    @seed(5)
    @settings(
        max_examples=EXAMPLES // 2,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        opened = server.client.open()
        headers = {"X-Forwarded-For": opened.address}
        if path != "/webhooks/web/session":
            headers["Authorization"] = f"Bearer {opened.token}"
        response = case.call(headers=headers)
        done["requests"] += 2
        # This check asks again from one address for all, whose limit answers; test_web_contract.py has it.
        case.validate_response(response, excluded_checks=[ignored_auth])

    ask()
    print(f"{done['requests']} requests")
