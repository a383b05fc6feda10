"""A fake Claude Messages API for pytest: scripted turns, strict requests, token budgets.

    def test_answers(opus):
        opus.script("All tests pass now.")
        assert run_agent("Fix this bug") == "All tests pass now."

Every documented name is here; the modules behind it are private and are imported when a name is first used, so that
loading the plugin costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._api.request import Request, ToolResult
    from ._endpoint import Endpoint
    from ._ledger.call import Call, ToolCall
    from ._ledger.problems import OpusWarning, Problem
    from ._ledger.usage import Usage
    from ._opened import endpoint, serve
    from ._script.blocks import redacted_thinking, server_tool_use, text, thinking, tool_use
    from ._script.errors import api_error, fail_thread, overloaded, rate_limited, server_error, timed_out
    from ._script.faults import connect_error, disconnect, garble, read_timeout, stall, stream_error, truncate
    from ._script.plausible import plausible
    from ._script.routes import Route
    from ._script.turns import turn
    from ._tools.check import assert_tools, check_tool_input, check_tools

__version__ = "0.1.0"

__all__ = [
    "Call",
    "Endpoint",
    "OpusWarning",
    "Problem",
    "Request",
    "Route",
    "ToolCall",
    "ToolResult",
    "Usage",
    "api_error",
    "assert_tools",
    "check_tool_input",
    "check_tools",
    "connect_error",
    "disconnect",
    "endpoint",
    "fail_thread",
    "garble",
    "overloaded",
    "plausible",
    "rate_limited",
    "read_timeout",
    "redacted_thinking",
    "serve",
    "server_error",
    "server_tool_use",
    "stall",
    "stream_error",
    "text",
    "thinking",
    "timed_out",
    "tool_use",
    "truncate",
    "turn",
]

_HOME = {
    "Call": "._ledger.call",
    "Endpoint": "._endpoint",
    "OpusWarning": "._ledger.problems",
    "Problem": "._ledger.problems",
    "Request": "._api.request",
    "Route": "._script.routes",
    "ToolCall": "._ledger.call",
    "ToolResult": "._api.request",
    "Usage": "._ledger.usage",
    "api_error": "._script.errors",
    "assert_tools": "._tools.check",
    "check_tool_input": "._tools.check",
    "check_tools": "._tools.check",
    "connect_error": "._script.faults",
    "disconnect": "._script.faults",
    "endpoint": "._opened",
    "fail_thread": "._script.errors",
    "garble": "._script.faults",
    "overloaded": "._script.errors",
    "plausible": "._script.plausible",
    "rate_limited": "._script.errors",
    "read_timeout": "._script.faults",
    "redacted_thinking": "._script.blocks",
    "serve": "._opened",
    "server_error": "._script.errors",
    "server_tool_use": "._script.blocks",
    "stall": "._script.faults",
    "stream_error": "._script.faults",
    "text": "._script.blocks",
    "thinking": "._script.blocks",
    "timed_out": "._script.errors",
    "tool_use": "._script.blocks",
    "truncate": "._script.faults",
    "turn": "._script.turns",
}

if not TYPE_CHECKING:  # a visible module __getattr__ would let a type checker accept any name

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOME[name], __name__), name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
