"""What the API looks at before it answers: path, key, version, body, and the rules of requests."""

from __future__ import annotations

import json
from typing import Any, Literal

from .._api.errors import MESSAGES, TYPES
from .._api.headers import betas_in
from .._api.reader import Body
from .._api.rules import Refusal, Validator
from .._hosts import ANTHROPIC
from .._http import HttpRequest
from .._settings import Settings

_LARGEST_BODY = 32 * 1024 * 1024
RuleSet = Literal["2026-10-21", "2023-06-01", "toapis"]
Resource = Literal["messages", "count_tokens"]


class Gate:
    """Refuses what the real API would refuse; one per endpoint, since it remembers what it has judged."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._validator = Validator(models=settings.models)
        self._accepted: tuple[Body | None, object] = None, None

    def profile(self, request: HttpRequest) -> Literal["anthropic", "toapis"]:
        """The convention that is spoken: Anthropic's on its own host, a gateway's on any other, unless it is fixed."""
        if self._settings.profile != "auto":
            return self._settings.profile
        return "anthropic" if request.host == ANTHROPIC else "toapis"

    def head_refusal(self, request: HttpRequest) -> Refusal | None:
        """Refused for its headers: no key, or no version where one is required."""
        headers = request.headers
        if not (headers.get("x-api-key") or _bearer_token(headers.get("authorization", ""))):
            return Refusal(
                "x-api-key header is required",
                "no_key",
                status=401,
                type="authentication_error",
                hint="send x-api-key, or Authorization: Bearer KEY",
            )
        if headers.get("anthropic-version") is None and self.profile(request) == "anthropic":
            return Refusal(
                "anthropic-version: header is required",
                "no_version",
                path="anthropic-version",
                hint='send the header "anthropic-version: 2023-06-01"',
            )
        return None

    def body_refusal(self, body: Body, request: HttpRequest, resource: Resource) -> Refusal | None:
        """Refused for what it asks. The very body that was accepted last, as clients send it again, is so again."""
        terms = resource, self._rules(request), betas_in(request.headers)
        accepted, known = self._accepted
        if body is accepted and terms == known:
            return None
        if len(request.body) > _LARGEST_BODY:
            return Refusal(MESSAGES[413], "body_too_large", status=413, type=TYPES[413])
        if body.error is not None:
            return _json_refusal(body.error, request.body)
        refusal = self.rule_refusal(body.value, request, resource)
        if refusal is None:
            self._accepted = body, terms
        return refusal

    def rule_refusal(self, value: Any, request: HttpRequest, resource: Resource) -> Refusal | None:
        """Refused for breaking a rule; `value` may be more than what `request` carried."""
        betas = frozenset(betas_in(request.headers))
        return self._validator.judge(value, endpoint=resource, rules=self._rules(request), betas=betas)

    def unreadable(self, body: Body, request: HttpRequest, resource: Resource) -> Refusal | None:
        """Refused because nothing can be answered to it: the body is no JSON object."""
        return None if isinstance(body.value, dict) else self.body_refusal(body, request, resource)

    def _rules(self, request: HttpRequest) -> RuleSet:
        """The rules of the request's version; a version that is not known yet follows the newest ones."""
        if self.profile(request) == "toapis":
            return "toapis"
        return "2023-06-01" if request.headers.get("anthropic-version", "") < "2026-10-21" else "2026-10-21"


def _json_refusal(error: ValueError, data: bytes) -> Refusal:
    """The API's answer to a body that is not JSON."""
    detail = str(error)
    if not data:
        detail = "Input is a zero-length, empty document: line 1 column 1 (char 0)"
    elif isinstance(error, json.JSONDecodeError):
        at_end = error.pos >= len(error.doc.rstrip())
        what = "unexpected end of data" if at_end else error.msg[:1].lower() + error.msg[1:]
        detail = f"{what}: line {error.lineno} column {error.colno} (char {error.pos})"
    return Refusal(f"The request body is not valid JSON: {detail}", "not_json")


def _bearer_token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
