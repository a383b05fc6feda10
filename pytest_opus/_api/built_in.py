"""What the model sends to tools whose schemas the API keeps to itself."""

from __future__ import annotations

from typing import Any

__all__ = ["plain_input"]

_INPUTS: dict[str, dict[str, Any]] = {
    "bash": {"command": "ls"},
    "text_editor": {"command": "view", "path": "/"},
    "memory": {"command": "view", "path": "/memories"},
}


def plain_input(type_: str) -> dict[str, Any]:
    """A plain input of a tool of that type, such as `bash_20250124`; `{}` where none is known."""
    return dict(_INPUTS.get(type_.rpartition("_")[0], {}))
