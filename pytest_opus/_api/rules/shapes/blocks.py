"""Content blocks, by the role of the message that may hold them."""

from __future__ import annotations

from typing import Any

from ..walker import (
    ANYTHING,
    FLAG,
    FREE,
    TEXT,
    Fault,
    Integer,
    Items,
    OneOf,
    Record,
    Scope,
    Shape,
    Tagged,
    Text,
    TextOr,
    Union,
)
from .config import CACHE_CONTROL
from .newer import newer_block, newer_dated, newer_name

__all__ = ["ASSISTANT", "ASSISTANT_2026", "BLOCKS", "SYSTEM", "SYSTEM_PROMPT", "USER", "USER_2026"]


def _block(fields: dict[str, Shape]) -> Record:
    return Record({"type": ANYTHING, **fields})


def _cached(fields: dict[str, Shape]) -> Record:
    return _block({**fields, "cache_control?": CACHE_CONTROL})


_ID = Text(pattern="^[a-zA-Z0-9_-]+$")
_SERVER_ID = Text(pattern="^srvtoolu_[a-zA-Z0-9_]+$")
_CITATIONS_ON = Record({"enabled?": FLAG})

_SPAN: dict[str, Shape] = {"cited_text": TEXT, "document_index": Integer(0), "document_title?": TEXT, "file_id?": TEXT}
_CITATIONS = Items(
    Tagged(
        {
            "char_location": _block({**_SPAN, "start_char_index": Integer(0), "end_char_index": Integer(0)}),
            "page_location": _block({**_SPAN, "start_page_number": Integer(1), "end_page_number": Integer(1)}),
            "content_block_location": _block({**_SPAN, "start_block_index": Integer(0), "end_block_index": Integer(0)}),
            "web_search_result_location": _block(
                {"cited_text": TEXT, "encrypted_index": TEXT, "title?": TEXT, "url": TEXT}
            ),
            "search_result_location": _block(
                {
                    "cited_text": TEXT,
                    "search_result_index": Integer(0),
                    "source": TEXT,
                    "start_block_index": Integer(0),
                    "end_block_index": Integer(0),
                    "title?": TEXT,
                }
            ),
        },
        newer=newer_name,
    )
)


class _NoCitations:
    """Version 2026-10-21 knows citations in answers only; an empty list may be sent."""

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        if value == []:
            return None
        return _CITATIONS.fault(value, scope) or Fault("Extra inputs are not permitted", "extra_inputs")


_TEXT = _cached({"text": TEXT, "citations?": _CITATIONS})
_TEXT_2026 = _cached({"text": TEXT, "citations?": _NoCitations()})
_FILE = _block({"file_id": TEXT})
_URL = _block({"url": TEXT})
_IMAGE = _cached(
    {
        "source": Tagged(
            {
                "base64": _block(
                    {"data": TEXT, "media_type": OneOf("image/jpeg", "image/png", "image/gif", "image/webp")}
                ),
                "url": _URL,
                "file": _FILE,
            }
        ),
        "transformations?": Record({"oversized_image?": OneOf("downsize", "error")}),
    }
)
_DOCUMENT = _cached(
    {
        "source": Tagged(
            {
                "base64": _block({"data": TEXT, "media_type": OneOf("application/pdf")}),
                "content": _block({"content": TextOr(Items(Tagged({"text": _TEXT, "image": _IMAGE})))}),
                "text": _block({"data": TEXT, "media_type": OneOf("text/plain")}),
                "url": _URL,
                "file": _FILE,
            }
        ),
        "citations?": _CITATIONS_ON,
        "context?": TEXT,
        "title?": TEXT,
    }
)
_CALLER = Tagged(
    {
        "direct": _block({}),
        "code_execution_20250825": _block({"tool_id": TEXT}),
        "code_execution_20260120": _block({"tool_id": TEXT}),
        "code_execution_20260521": _block({"tool_id": TEXT}),
    },
    newer=newer_dated(["code_execution_20260521"]),
)
_TOOL_REFERENCE = _cached({"tool_name": TEXT})
_BROWSER_STATE = _cached(
    {
        "tabs": Items(Record({"tab_id": TEXT, "title": TEXT, "url": TEXT, "active?": FLAG})),
        "state_changes?": Items(FREE),
    }
)


def _search_result(text: Record) -> Record:
    return _cached({"content": Items(text), "source": TEXT, "title": TEXT, "citations?": _CITATIONS_ON})


def _written(fields: dict[str, Shape]) -> Record:
    """What only the API writes may hold more than the tables know."""
    return Record({"type": ANYTHING, **fields}, open_ended=True)


def _error(**fields: Shape) -> Record:
    return _written({"error_code": TEXT, **fields})


def _result_of(content: Shape) -> Record:
    return _written({"content": content, "tool_use_id": _SERVER_ID, "cache_control?": CACHE_CONTROL})


_OUTPUT = Items(_written({"file_id": TEXT}))
_RUN: dict[str, Shape] = {"content": _OUTPUT, "return_code": Integer(), "stderr": TEXT}
_ASSISTANT_ONLY: dict[str, Shape] = {
    "thinking": _block({"signature": TEXT, "thinking": TEXT}),
    "redacted_thinking": _block({"data": TEXT}),
    "server_tool_use": _cached({"id": _SERVER_ID, "input": FREE, "name": TEXT, "caller?": _CALLER}),
    "web_search_tool_result": _result_of(
        Union(
            _error(),
            Items(_written({"encrypted_content": TEXT, "title": TEXT, "url": TEXT, "page_age?": TEXT})),
        )
    ),
    "web_fetch_tool_result": _result_of(
        Tagged(
            {
                "web_fetch_tool_result_error": _error(),
                "web_fetch_result": _written({"content": _DOCUMENT, "url": TEXT, "retrieved_at?": TEXT}),
            }
        )
    ),
    "advisor_tool_result": _result_of(
        Tagged(
            {
                "advisor_tool_result_error": _error(),
                "advisor_result": _written({"text": TEXT, "stop_reason?": TEXT}),
                "advisor_redacted_result": _written({"encrypted_content": TEXT, "stop_reason?": TEXT}),
            }
        )
    ),
    "code_execution_tool_result": _result_of(
        Tagged(
            {
                "code_execution_tool_result_error": _error(),
                "code_execution_result": _written({**_RUN, "stdout": TEXT}),
                "encrypted_code_execution_result": _written({**_RUN, "encrypted_stdout": TEXT}),
            }
        )
    ),
    "bash_code_execution_tool_result": _result_of(
        Tagged(
            {
                "bash_code_execution_tool_result_error": _error(),
                "bash_code_execution_result": _written({**_RUN, "stdout": TEXT}),
            }
        )
    ),
    "text_editor_code_execution_tool_result": _result_of(
        Tagged(
            {
                "text_editor_code_execution_tool_result_error": _error(**{"error_message?": TEXT}),
                "text_editor_code_execution_view_result": _written(
                    {
                        "content": TEXT,
                        "file_type": OneOf("text", "image", "pdf"),
                        "num_lines?": Integer(),
                        "start_line?": Integer(),
                        "total_lines?": Integer(),
                    }
                ),
                "text_editor_code_execution_create_result": _written({"is_file_update": FLAG}),
                "text_editor_code_execution_str_replace_result": _written(
                    {
                        "lines?": Items(TEXT),
                        "new_lines?": Integer(),
                        "new_start?": Integer(),
                        "old_lines?": Integer(),
                        "old_start?": Integer(),
                    }
                ),
            }
        )
    ),
    "tool_search_tool_result": _result_of(
        Tagged(
            {
                "tool_search_tool_result_error": _error(**{"error_message?": TEXT}),
                "tool_search_tool_search_result": _written({"tool_references": Items(_TOOL_REFERENCE)}),
            }
        )
    ),
    "mcp_tool_use": _cached({"id": TEXT, "input": FREE, "name": TEXT, "server_name": TEXT}),
    "mcp_tool_result": _cached({"tool_use_id": TEXT, "content?": TextOr(Items(_TEXT)), "is_error?": FLAG}),
    "mcp_tool_listing": _written({"mcp_server_name": TEXT, "tools": Items(FREE)}),
    "fallback": _written({"to": FREE, "from?": FREE, "trigger?": FREE}),
}
_TOOL_USE = _cached({"id": _ID, "input": FREE, "name": Text(at_least=1), "caller?": _CALLER, "toolset_name?": TEXT})
_COMPACTION = _cached({"content?": TEXT, "encrypted_content?": TEXT, "signature?": TEXT, "tool_changes?": Items(FREE)})
_CONTAINER_UPLOAD = _cached({"file_id": TEXT})


def _result_content(text: Record, search_result: Record) -> dict[str, Shape]:
    return {
        "text": text,
        "image": _IMAGE,
        "search_result": search_result,
        "document": _DOCUMENT,
        "tool_reference": _TOOL_REFERENCE,
        "browser_state": _BROWSER_STATE,
    }


BLOCKS = frozenset(
    {
        "text",
        "image",
        "document",
        "search_result",
        "tool_reference",
        "browser_state",
        "tool_use",
        "tool_result",
        "container_upload",
        "compaction",
        "tool_addition",
        "tool_removal",
        *_ASSISTANT_ONLY,
    }
)
"""All block types that the tables know."""

_newer = newer_block(BLOCKS)


def _content(shapes: dict[str, Shape]) -> Shape:
    return TextOr(Items(Tagged(shapes, newer=_newer)))


def _result(text: Record) -> Record:
    search_result = _search_result(text)
    return _cached(
        {
            "tool_use_id": _ID,
            "content?": _content(_result_content(text, search_result)),
            "is_error?": FLAG,
            "toolset_name?": TEXT,
        }
    )


def _user(text: Record) -> Shape:
    return _content(
        {
            "text": text,
            "image": _IMAGE,
            "document": _DOCUMENT,
            "search_result": _search_result(text),
            "tool_result": _result(text),
            "container_upload": _CONTAINER_UPLOAD,
            "compaction": _COMPACTION,
            "tool_use": _TOOL_USE,  # refused by the structure of messages, with a text of its own
        }
    )


def _assistant(**more: Shape) -> Shape:
    return _content(
        {
            "text": _TEXT,
            **_ASSISTANT_ONLY,
            "tool_use": _TOOL_USE,
            "compaction": _COMPACTION,
            "container_upload": _CONTAINER_UPLOAD,
            "tool_result": _result(_TEXT),  # refused by the structure of messages, with a text of its own
            **more,
        }
    )


_CHANGE = Tagged(
    {
        "tool_reference": _block({"name": TEXT}),
        "mcp_tool_reference": _block({"name": TEXT, "server_name": TEXT}),
        "mcp_toolset_reference": _block({"server_name": TEXT}),
        "tool_definition": _block({"definition": FREE}),
    },
    gated={"tool_definition": "inline-tools"},
)
_CHANGES: dict[str, Shape] = {"tool_addition": _cached({"tool": _CHANGE}), "tool_removal": _cached({"tool": _CHANGE})}

USER, USER_2026 = _user(_TEXT), _user(_TEXT_2026)
ASSISTANT, ASSISTANT_2026 = _assistant(document=_DOCUMENT), _assistant()
SYSTEM = TextOr(
    Items(
        Tagged(
            {"text": _TEXT, **_CHANGES},
            gated=dict.fromkeys(_CHANGES, "mid-conversation-tool-changes"),
            newer=_newer,
        )
    )
)
SYSTEM_PROMPT = TextOr(
    Items(Record({"text": TEXT, "type": OneOf("text"), "cache_control?": CACHE_CONTROL, "citations?": _CITATIONS}))
)
