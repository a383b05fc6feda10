"""A turn as the message that answers a request: ids, stop reason, usage and what else a turn leaves open."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from .._api.built_in import plain_input
from .._api.ids import Ids
from .._api.models import find_model
from .._api.objects import offered_tools
from .._api.request import Sent
from .._api.tokens import Estimator, output_tokens
from .._script.blocks import Block, InvalidInput
from .._script.turns import Turn, WholeMessage


class Composed(NamedTuple):
    """A complete message. `estimated`: its usage is, in part, our estimate."""

    message: dict[str, Any]
    estimated: bool


def compose(
    turn: Turn | WholeMessage, sent: Sent, ids: Ids, estimator: Estimator, *, inputs_judged: bool = True
) -> Composed:
    """The message that `turn` gives in answer to a request; where inputs are not judged, `{}` does for any schema.

    Raises:
        NoInputError: a `tool_use` without input, for whose schema no smallest input could be made.
    """
    given, body = _given(turn), sent.fields
    message: dict[str, Any] = {
        "model": _echoed_model(body.get("model")),
        "id": None,
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
    } | given
    message["id"] = message["id"] or ids.new("msg_01")
    message["content"] = [_complete(block, body, ids, inputs_judged) for block in message["content"]]
    if "stop_reason" not in given:
        _stop(message, body)
    return _with_usage(message, turn, sent, estimator)


def _given(turn: Turn | WholeMessage) -> dict[str, Any]:
    """The fields of the message that the turn itself says."""
    if isinstance(turn, WholeMessage):
        return {key: value for key, value in turn.message.items() if key != "usage"}
    said = {
        "model": turn.model,
        "id": turn.id,
        "stop_reason": turn.stop_reason,
        "stop_sequence": turn.stop_sequence,
        "stop_details": turn.stop_details and dict(turn.stop_details),
    }
    content = {"content": list(turn.content)}
    return content | {key: value for key, value in said.items() if value is not None} | dict(turn.fields)


def _echoed_model(model: Any) -> Any:
    """An alias is echoed as its dated snapshot where there is one."""
    known = find_model(model) if isinstance(model, str) else None
    return known.id if known and model in known.aliases else model


_LEFT_OUT_IF_NULL = ("citations", "caller", "toolset_name")


def _complete(block: Block, body: Mapping[str, Any], ids: Ids, inputs_judged: bool) -> Block:
    """The block with what the API always sends; optional keys that hold `None` are left out, as the API does."""
    given = {key: value for key, value in block.items() if value is not None or key not in _LEFT_OUT_IF_NULL}
    match block["type"]:
        case "thinking":
            return given | {"signature": block.get("signature") or _signature(block["thinking"])}
        case "tool_use":
            full = {"type": "tool_use", "id": block.get("id") or ids.new("toolu_01"), "name": block["name"]}
            arguments = block["input"] if "input" in block else _left_open(block["name"], body, inputs_judged)
            full |= {"input": arguments} | {key: value for key, value in given.items() if key not in full}
            return InvalidInput(full) if isinstance(block, InvalidInput) else full
        case "server_tool_use":
            return {"type": "server_tool_use", "id": ids.new("srvtoolu_01")} | given
        case "mcp_tool_use":
            return {"type": "mcp_tool_use", "id": ids.new("mcptoolu_01")} | given | {"input": given.get("input", {})}
        case _:
            return given


def _signature(thought: str) -> str:
    digest = sha256(thought.encode()).digest()
    return b64encode(digest * 4).decode()


class NoInputError(ValueError):
    """No input could be made for a tool."""


def _left_open(name: str, body: Mapping[str, Any], inputs_judged: bool) -> dict[str, Any]:
    try:
        return smallest_input(name, body)
    except NoInputError:
        if inputs_judged:
            raise
        return {}


def smallest_input(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest input that the schema declared for the tool allows, or a plain one of a tool that the API defines.

    `{}` for a tool whose input is not known.
    """
    tool = next((tool for tool in offered_tools(body) if tool.get("name") == name), {})
    schema = tool.get("input_schema")
    if schema is None:
        return plain_input(str(tool.get("type")))
    from .._schema.smallest import UnsatisfiedError, smallest

    try:
        return smallest(schema)  # type: ignore[no-any-return]
    except UnsatisfiedError as error:
        raise NoInputError(str(error)) from None


def _stop(message: dict[str, Any], body: Mapping[str, Any]) -> None:
    """Why the model stopped, where the turn does not say: nothing to write, a stop sequence, a call, or the end."""
    content: list[Block] = message["content"]
    if body.get("max_tokens") == 0:
        message |= {"content": [], "stop_reason": "max_tokens"}
    elif cut := _cut(content, body.get("stop_sequences")):
        message |= {"content": cut[0], "stop_reason": "stop_sequence", "stop_sequence": cut[1]}
    else:
        called = "tool_use" in [block["type"] for block in content]
        message["stop_reason"] = "tool_use" if called else "end_turn"


def _cut(content: list[Block], sequences: Any) -> tuple[list[Block], str] | None:
    """The content before the first stop sequence in its text, and that sequence."""
    if not isinstance(sequences, list):
        return None
    sequences = [sequence for sequence in sequences if isinstance(sequence, str)]
    for index, block in enumerate(content):
        if block["type"] != "text":
            continue
        hits = [(block["text"].find(sequence), sequence) for sequence in sequences if sequence in block["text"]]
        if hits:
            end, sequence = min(hits)
            kept = [block | {"text": block["text"][:end]}] if end else []
            return [*content[:index], *kept], sequence
    return None


def _with_usage(message: dict[str, Any], turn: Turn | WholeMessage, sent: Sent, estimator: Estimator) -> Composed:
    if isinstance(turn, WholeMessage):
        given: Mapping[str, Any] = turn.message.get("usage") or {}
    else:
        given = turn.usage
    estimated = not {"input_tokens", "output_tokens"} <= given.keys()
    if isinstance(turn, WholeMessage) and not estimated:
        return Composed(message | {"usage": dict(given)}, estimated=False)
    model = find_model(message["model"]) if isinstance(message["model"], str) else None
    usage = {
        "input_tokens": 0,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 0,
        "service_tier": "standard",
    } | dict(given)
    if "input_tokens" not in given:
        usage["input_tokens"] = estimator.input_tokens(sent, model)
    if "output_tokens" not in given:
        usage["output_tokens"] = output_tokens(message["content"], model)
    return Composed(message | {"usage": usage}, estimated)
