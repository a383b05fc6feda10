"""Message threads: conversations that the API holds, so that a program sends only what is new.

A request with `thread: {"type": "create"}` has its conversation held under the id of the answer; one with
`{"type": "continue", "previous_message_id": ...}` carries new messages only, and neither `system` nor `tools`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._api.conversation import Conversation, extended, messages_of
from .._api.request import Request, Sent
from .._api.rules import Refusal
from .._ledger.call import Call

_KEPT_FIELDS = ("system", "tools")


@dataclass
class Thread:
    """A held conversation. Each answer is continued only once."""

    conversation: Conversation | None
    fields: dict[str, Any]
    continued: bool = False


class Threads:
    """The threads of one endpoint, by the id of their latest answer."""

    def __init__(self) -> None:
        self._threads: dict[str, Thread] = {}

    def join(self, sent: Sent) -> Sent | Refusal:
        """The whole request that `sent` stands for: with the conversation, system and tools that its thread holds."""
        reference = sent.fields["thread"]
        rest = {key: value for key, value in sent.fields.items() if key != "thread"}
        if not isinstance(reference, Mapping) or reference.get("type") != "continue":
            return Sent(rest, sent.conversation)
        previous = reference.get("previous_message_id")
        thread = self._threads.get(previous) if isinstance(previous, str) else None
        if thread is None:
            return _refusal("thread_not_found", f"thread: {previous}", status=404)
        if thread.continued:
            return _refusal("thread_already_continued", "thread: this response has already been continued")
        changed = [name for name in _KEPT_FIELDS if name in rest and rest[name] != thread.fields.get(name)]
        if changed:
            names = " and ".join(f"`{name}`" for name in changed)
            return _refusal("thread_fingerprint_mismatch", f"thread: {names} must stay the same within a thread")
        conversation = extended(thread.conversation, messages_of(sent.conversation))
        return Sent({**rest, **thread.fields}, conversation)

    def hold(self, sent: Sent, whole: Sent, message: Mapping[str, Any]) -> None:
        """Hold the conversation of an answered request, if it asked for that."""
        reference = sent.fields.get("thread")
        if not isinstance(reference, dict):
            return
        if previous := self._threads.get(reference.get("previous_message_id", "")):
            previous.continued = True
        answer = {"role": "assistant", "content": message.get("content")}
        fields = {name: whole.fields[name] for name in _KEPT_FIELDS if name in whole.fields}
        self._threads[message["id"]] = Thread(extended(whole.conversation, [answer]), fields)

    def follow(self, call: Call) -> None:
        """Read the request of a call that another than us answers as the whole conversation, where that is known."""
        if "thread" in call.request.sent.fields:
            whole = self.join(call.request.sent)
            if isinstance(whole, Sent):
                call.request = Request(call.request.sent, call.request.headers, whole=whole)

    def answered(self, call: Call, message: Mapping[str, Any] | None) -> None:
        """Hold the conversation of such a call once it has its whole answer, `message`."""
        if message and {"id", "content"} <= message.keys():
            self.hold(call.request.sent, call.request.whole, message)


def _refusal(code: str, message: str, *, status: int = 400) -> Refusal:
    return Refusal(
        message,
        code,
        path="thread",
        status=status,
        type="not_found_error" if status == 404 else "invalid_request_error",
        details={"error_code": code},
        hint='send the whole conversation with thread: {"type": "create"}',
    )
