"""What secrets look like whose values nobody told us."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

from .spans import Span

KNOWN, TOKEN, CONTEXT, PERSONAL = 3, 2, 1, 0
"""How sure it is that something is a secret: by its value, by its form, by what stands before it. The last is what is
no credential at all.
"""


API_KEY = "ANTHROPIC_API_KEY"
"""The name of whatever a program authenticates with at the Messages API: another value in every environment."""
FAKE = "pytest-opus-fake-"
"""What the keys hold that stand in the environment while nothing is recorded."""
FAKE_KEY = "fake key"


class Pattern(NamedTuple):
    """Texts that hold none of `needles` are not searched. What is replaced is the group `secret`, or all of it."""

    name: str
    title: str
    needles: tuple[str, ...]
    regex: re.Pattern[str]
    rank: int = TOKEN
    holds: Callable[[str], bool] = bool
    digits: int = 4


def fingerprint(value: str, digits: int = 4) -> str:
    """Tells two secrets apart: digits of a hash, too few to confirm a guess of what can be guessed."""
    return sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def placeholder(name: str, value: str = "", digits: int = 0) -> str:
    return f"<scrubbed {name} {fingerprint(value, digits)}>" if digits else f"<scrubbed {name}>"


def _mixed(value: str) -> bool:
    """Letters and digits: no word, no number, no name in code."""
    return bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value))


def _is_basic(value: str) -> bool:
    try:
        return bool(re.fullmatch(rb"[ -~\x80-\xff]*:[ -~\x80-\xff]+", b64decode(value + "=" * (-len(value) % 4))))
    except Error:
        return False


def _word(start: str, rest: str) -> str:
    """`start` where a word begins, also after an escaped character. A regex that begins with a literal is fast."""
    escapes = (r"\\[nrt]", r"\\x[0-9a-fA-F]{2}", r"\\u[0-9a-fA-F]{4}", r"%[0-9a-fA-F]{2}")
    befores = "|".join(f"(?<={escape}{start})" for escape in escapes)
    return rf"{start}(?:(?<![A-Za-z0-9_-]{start})|{befores}){rest}"


_QUERY = (
    r"key|api[_-]?key|apikey|token|access[_-]?token|auth[_-]?token|refresh[_-]?token|id[_-]?token|client[_-]?secret|secret|password"
    r"|passwd|sig|signature|X-Amz-(?:Security-Token|Signature|Credential)|X-Goog-(?:Signature|Credential)"
)
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"


def _pattern(name: str, title: str, needles: str, regex: str, **more: object) -> Pattern:
    return Pattern(name, title, tuple(needles.split("  ")), re.compile(regex), **more)  # type: ignore[arg-type]


PATTERNS = (
    _pattern(API_KEY, FAKE_KEY, FAKE, rf"sk-ant-[a-z0-9]+-{FAKE}\w+", rank=KNOWN, digits=0),
    _pattern(API_KEY, "Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{12,}", digits=0),
    _pattern("github-token", "GitHub token", "gh", r"gh[pousr]_[A-Za-z0-9]{20,}"),
    _pattern("github-token", "GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{20,}"),
    _pattern("gitlab-token", "GitLab token", "glpat-", r"glpat-[A-Za-z0-9_-]{20,}"),
    _pattern("aws-key", "AWS access key", "AKIA  ASIA", r"A(?:K|S)IA[A-Z0-9]{16}(?![A-Z0-9])"),
    _pattern(
        "env-value",
        "secret in an environment file",
        "KEY=  TOKEN=  SECRET=  PASSWORD=",
        r"(?:KEY|TOKEN|SECRET|PASSWORD)=[\"'\\]{0,3}(?P<secret>[^\s\"'\\<>${}()\[\]|;,`=]{12,}+)={0,2}(?![(\[])",
        rank=CONTEXT,
        holds=_mixed,
    ),
    _pattern(
        "cookie",
        "cookie",
        "ookie: ",
        r"ookie: +(?P<secret>[\w.-]+=[^\s\"\\<][^\r\n\"\\<]{7,})",
        rank=CONTEXT,
        holds=_mixed,
    ),
    _pattern(
        "aws-secret",
        "AWS secret access key",
        "cret  CRET",
        r"(?i:aws_?secret_?access_?key)[\\\"'\s:=]{1,12}(?P<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
    ),
    _pattern(
        "aws-signature",
        "AWS signature",
        "AWS4-HMAC-SHA256",
        r"AWS4-HMAC-SHA256 [^\r\n\"\\]{0,600}Signature=(?P<secret>[0-9a-f]{64})",
    ),
    _pattern("google-key", "Google API key", "AIza", r"AIza[A-Za-z0-9_-]{35}"),
    _pattern("google-token", "Google OAuth token", "ya29.", r"ya29\.[A-Za-z0-9_-]{20,}"),
    _pattern("google-secret", "Google OAuth client secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{20,}"),
    _pattern("slack-token", "Slack token", "xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    _pattern("slack-token", "Slack token", "xapp-", r"xapp-[A-Za-z0-9-]{20,}"),
    _pattern(
        "slack-webhook",
        "Slack webhook",
        "hooks.slack.com",
        r"(?<=hooks\.slack\.com/services/)[A-Za-z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9]+",
    ),
    _pattern(
        "openai-key",
        "OpenAI key",
        "sk-",
        _word("sk-", r"(?!ant-)(?:[a-z0-9]{2,8}-){0,2}[A-Za-z0-9_-]{20,}"),
        holds=_mixed,
    ),
    _pattern("stripe-key", "Stripe key", "k_live_  k_test_", r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    _pattern("huggingface-token", "Hugging Face token", "hf_", _word("hf_", r"[A-Za-z0-9]{30,}")),
    _pattern("npm-token", "npm token", "npm_", _word("npm_", r"[A-Za-z0-9]{36}")),
    _pattern("pypi-token", "PyPI token", "pypi-", r"pypi-AgE[A-Za-z0-9_-]{40,}"),
    _pattern("jwt", "JSON Web Token", "eyJ", _word("eyJ", r"[\w-]{8,}+\.eyJ[\w-]{8,}+(?:\.[\w-]*+)?")),
    _pattern(
        "private-key",
        "private key",
        "PRIVATE KEY",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[A-Za-z0-9+/=\s:,.()<>]|-(?!-)|\\+[nrt/])*+(?:-----END [A-Z0-9 ]{1,60}-----)?",
    ),
    _pattern(
        "basic-auth",
        "Basic credentials",
        "asic ",
        r"asic +(?P<secret>[A-Za-z0-9+/_-]{8,}={0,2})",
        rank=CONTEXT,
        holds=_is_basic,
        digits=0,
    ),
    _pattern(
        "bearer-token",
        "Bearer token",
        "earer ",
        r"earer +(?P<secret>[A-Za-z0-9._~+/-]{16,}=*)",
        rank=CONTEXT,
        holds=_mixed,
    ),
    _pattern(
        "query-value",
        "secret in a query",
        "=",
        rf"[?&](?i:{_QUERY})=(?P<secret>[^&\s\"'<>#\\{{}}$\[\]()*|`]{{8,}})",
        rank=CONTEXT,
        holds=_mixed,
    ),
    _pattern(
        "userinfo",
        "credentials in a URL",
        "://",
        r"://(?P<secret>[^\s/@:\"'<>\\]{0,256}:[^\s/@\"'<>\\]{1,256})@",
        rank=CONTEXT,
        digits=0,
    ),
    _pattern("workspace-id", "workspace id", "wrkspc_", r"wrkspc_[A-Za-z0-9]{8,}", rank=PERSONAL),
    _pattern("request-id", "request id", "req_", r"req_(?:vrtx_|bdrk_)?01[A-Za-z0-9]{16,}", rank=PERSONAL, digits=0),
    _pattern(
        "organization-id",
        "organization id",
        "rg",
        rf"rg(?:ani[sz]ation)?(?:[ _-]?(?i:id|uuid))?[\\\"':= (]{{1,8}}(?P<secret>{_UUID})",
        rank=PERSONAL,
    ),
    _pattern(
        "cloudflare-ray",
        "Cloudflare ray id",
        "Ray ID  cf-ray",
        r"(?:Ray ID|cf-ray)[^0-9a-z\r\n]{1,6}(?:<[a-z]+>)?(?P<secret>[0-9a-f]{16}(?:-[A-Z]{3})?)",
        rank=PERSONAL,
        digits=0,
    ),
)


_NEEDLES = [(needle, number) for number, pattern in enumerate(PATTERNS) for needle in pattern.needles]


def spans(text: str, lowest: int = PERSONAL) -> Iterator[Span]:
    """What in `text` looks like a secret; with `lowest` only what is at least as sure."""
    for number in sorted({number for needle, number in _NEEDLES if needle in text}):
        if PATTERNS[number].rank >= lowest:
            yield from _matches(PATTERNS[number], text)


def _matches(pattern: Pattern, text: str) -> Iterator[Span]:
    group = "secret" if "secret" in pattern.regex.groupindex else 0
    for match in pattern.regex.finditer(text):
        value = match[group]
        if pattern.holds(value):
            instead = placeholder(pattern.name, value, pattern.digits)
            yield Span(*match.span(group), instead, pattern.title, pattern.rank)
