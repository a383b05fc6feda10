"""Content blocks: plain dicts as they stand on the wire, and helpers that build them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Block = dict[str, Any]


class InvalidInput(dict[str, Any]):
    """A `tool_use` block whose input may break the tool's schema on purpose."""


def text(s: str) -> Block:
    """A text block: `{"type": "text", "text": s}`."""
    __tracebackhide__ = True
    return {"type": "text", "text": _string("text()", s)}


def thinking(s: str, signature: str | None = None) -> Block:
    """A thinking block; it gets a signature when it is served unless you give one."""
    __tracebackhide__ = True
    block = {"type": "thinking", "thinking": _string("thinking()", s)}
    return block if signature is None else block | {"signature": _string("thinking()", signature, "the signature")}


def redacted_thinking(data: str) -> Block:
    """A thinking block whose text the API keeps to itself."""
    __tracebackhide__ = True
    return {"type": "redacted_thinking", "data": _string("redacted_thinking()", data, "the data")}


def tool_use(
    name: str,
    input: Mapping[str, Any] | None = None,
    *,
    id: str | None = None,
    invalid: bool = False,
) -> Block:
    """A call of a tool that the program offers.

    Args:
        name: the tool's name.
        input: the arguments; `None` means the smallest input that the declared schema allows, `{}` stays `{}`.
        id: `toolu_...`; given when the turn is served unless you give one.
        invalid: the input may break the tool's schema on purpose.

        opus.script(tool_use("run_tests", {"file": "test_name.py"}), "All tests pass now.")
    """
    __tracebackhide__ = True
    block = _call("tool_use", name, input, id)
    return InvalidInput(block) if invalid else block


def server_tool_use(name: str, input: Mapping[str, Any] | None = None, *, id: str | None = None) -> Block:
    """A call of a tool that the API runs itself, such as `web_search`; `input` defaults to `{}`."""
    __tracebackhide__ = True
    return _call("server_tool_use", name, {} if input is None else input, id)


def _call(kind: str, name: Any, arguments: Any, identifier: Any) -> Block:
    __tracebackhide__ = True
    block: Block = {"type": kind}
    if identifier is not None:
        block["id"] = _string(f"{kind}()", identifier, "the id")
    block["name"] = _string(f"{kind}()", name, "the tool's name")
    if arguments is not None:
        if not isinstance(arguments, Mapping):
            raise TypeError(
                f"{kind}({name!r}, ...): the input is {shown(arguments)}; a dict of the tool's arguments is expected."
            )
        block["input"] = dict(arguments)
    return check_block(block, f"{kind}({name!r})")


_REQUIRED = {
    "text": {"text": str},
    "thinking": {"thinking": str},
    "redacted_thinking": {"data": str},
    "tool_use": {"name": str},
    "server_tool_use": {"name": str},
}


def check_block(block: Mapping[str, Any], where: str) -> Block:
    """`block` itself, if it can stand on the wire.

    Raises:
        TypeError: it has no `type`, lacks the key its type is made of, or holds what JSON cannot carry.
    """
    __tracebackhide__ = True
    kind = block.get("type")
    if not isinstance(kind, str):
        raise TypeError(f'{where}: {shown(block)} has no "type"; a content block is a dict such as {text("...")}.')
    for key, expected in _REQUIRED.get(kind, {}).items():
        if not isinstance(block.get(key), expected):
            raise TypeError(f'{where}: a "{kind}" block needs "{key}", a {expected.__name__}; got {shown(block)}.')
    if "input" in block and not isinstance(block["input"], Mapping):
        raise TypeError(f'{where}: the "input" of a "{kind}" block is a dict; got {shown(block["input"])}.')
    check_json(block, where)
    return block if isinstance(block, dict) else dict(block)


def check_json(value: Any, where: str) -> None:
    """Nothing, if JSON can carry `value`.

    Raises:
        TypeError: it cannot; `where` begins the message.
    """
    __tracebackhide__ = True
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"{where}: JSON cannot carry {shown(value)} ({error}).") from None


def shown(value: Any) -> str:
    """`value` and its type in a message: `3 (int)`, cut to a line."""
    text = repr(value)
    return f"{text if len(text) <= 80 else text[:77] + '...'} ({type(value).__name__})"


def _string(where: str, value: Any, what: str = "the text") -> str:
    __tracebackhide__ = True
    if not isinstance(value, str):
        raise TypeError(f"{where}: {what} is {shown(value)}; a str is expected.")
    check_json(value, where)
    return value
