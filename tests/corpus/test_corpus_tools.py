"""Tools of requests that the real API has answered: what it took is without error, and has a smallest input."""

import gzip
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pytest_opus import check_tool_input, check_tools
from pytest_opus._schema.smallest import smallest

TRAFFIC = Path(__file__).parents[2].parent / "shared" / "corpus" / "traffic.jsonl.gz"


@pytest.fixture(scope="module")
def requests():
    """The bodies with tools or an output format, by what the API did with them."""
    if not TRAFFIC.exists():
        pytest.skip("no recorded traffic here")
    with gzip.open(TRAFFIC, "rt", encoding="utf-8") as lines:
        exchanges = [exchange for exchange in map(json.loads, lines) if isinstance(exchange["request_body"], dict)]
    found = {"accept": [], "refuse": []}
    for exchange in exchanges:
        body = exchange["request_body"]
        if exchange["judge"] in found and (body.get("tools") or body.get("output_config") or body.get("output_format")):
            found[exchange["judge"]].append(exchange)
    assert all(found.values())
    return found


def test_what_the_api_took_has_no_error(requests):
    wrong = [
        (exchange["id"], problem.message)
        for exchange in requests["accept"]
        for problem in check_tools(exchange["request_body"] | {"tools": exchange["request_body"].get("tools") or []})
        if problem.severity != "advice"
    ]

    assert wrong == []


def test_what_the_api_refused_is_told_in_its_words(requests):
    told = 0
    for exchange in requests["refuse"]:
        text = exchange["response_body"]["error"]["message"]
        if text.startswith(("tools.", "tools:", "output_")):
            told += 1
            problems = check_tools(exchange["request_body"])
            assert any(f"the API answers: {text}" in problem.message for problem in problems), text

    assert told


def test_every_tool_has_a_smallest_input(requests):
    """One that `jsonschema` takes as it stands, with its own patterns and formats."""
    tools = {
        json.dumps(tool): tool
        for exchange in [*requests["accept"], *requests["refuse"]]
        for tool in exchange["request_body"].get("tools") or []
        if not any(problem.severity == "error" for problem in check_tools(tool)) and "input_schema" in tool
    }

    assert len(tools) > 300
    for tool in tools.values():
        validator = Draft202012Validator(tool["input_schema"], format_checker=Draft202012Validator.FORMAT_CHECKER)
        assert list(validator.iter_errors(smallest(tool["input_schema"]))) == [], tool["name"]


def test_every_output_format_has_a_smallest_answer(requests):
    schemas = {}
    for exchange in requests["accept"]:
        body = exchange["request_body"]
        for format_ in ((body.get("output_config") or {}).get("format"), body.get("output_format")):
            if format_:
                schemas[json.dumps(format_["schema"])] = format_["schema"]

    assert len(schemas) > 10
    assert [schema for schema in schemas.values() if not Draft202012Validator(schema).is_valid(smallest(schema))] == []


def test_recorded_inputs_fit_the_schemas_that_were_declared(requests):
    """Those of finished answers: the API holds models to a schema only where it is strict, and few go beyond it."""
    checked, broken = 0, 0
    for exchange in requests["accept"]:
        tools = {tool.get("name"): tool for tool in exchange["request_body"].get("tools") or []}
        answer = exchange.get("response_body")
        for block in answer.get("content") or [] if isinstance(answer, dict) else []:
            if block["type"] == "tool_use" and block["name"] in tools and answer["stop_reason"] != "max_tokens":
                checked += 1
                broken += bool(check_tool_input(tools[block["name"]], block["input"]))

    assert checked > 100
    assert broken <= checked / 100
