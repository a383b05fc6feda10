"""What the API looks at before it answers: path, key, version, body, and the rules of requests."""

from __future__ import annotations

import json
from typing import Any, Literal

from .._api.rules import Refusal, Validator
from .._hosts import ANTHROPIC
from .._http import HttpRequest
from .._settings import Settings

RuleSet = Literal["2026-10-21", "2023-06-01", "toapis"]
Resource = Literal["messages", "count_tokens"]


class Gate:
    """Refuses what the real API would refuse; one per endpoint, since it remembers what it has judged."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._validator = Validator(models=settings.models)

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
        if "anthropic-version" not in headers and self.profile(request) == "anthropic":
            return Refusal(
                "anthropic-version: header is required",
                "no_version",
                path="anthropic-version",
                hint='send the header "anthropic-version: 2023-06-01"',
            )
        return None

    def body_refusal(self, request: HttpRequest, resource: Resource) -> Refusal | None:
        """Refused for what it asks."""
        return _json_refusal(request) or self.rule_refusal(request.json, request, resource)

    def rule_refusal(self, body: Any, request: HttpRequest, resource: Resource) -> Refusal | None:
        """Refused for breaking a rule; `body` may be more than what `request` carried."""
        betas = (beta.strip() for beta in request.headers.get("anthropic-beta", "").split(","))
        return self._validator.judge(
            body,
            endpoint=resource,
            rules=self._rules(request),
            betas=frozenset(beta for beta in betas if beta),
        )

    def unreadable(self, request: HttpRequest, resource: Resource) -> Refusal | None:
        """Refused because nothing can be answered to it: the body is no JSON object."""
        if (refusal := _json_refusal(request)) or isinstance(request.json, dict):
            return refusal
        return self.body_refusal(request, resource)

    def _rules(self, request: HttpRequest) -> RuleSet:
        """The rules of the request's version; a version that is not known yet follows the newest ones."""
        if self.profile(request) == "toapis":
            return "toapis"
        return "2023-06-01" if request.headers.get("anthropic-version", "") < "2026-10-21" else "2026-10-21"


def _json_refusal(request: HttpRequest) -> Refusal | None:
    """The API's answer to a body that is not JSON, if it is none."""
    try:
        request.json  # noqa: B018
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(error.doc.rstrip())
        what = "unexpected end of data" if at_end else error.msg[:1].lower() + error.msg[1:]
        detail = f"{what}: line {error.lineno} column {error.colno} (char {error.pos})"
    except ValueError as error:
        detail = str(error)
    else:
        return None
    if not request.body:
        detail = "Input is a zero-length, empty document: line 1 column 1 (char 0)"
    return Refusal(f"The request body is not valid JSON: {detail}", "not_json")


def _bearer_token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
