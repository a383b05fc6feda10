"""Secrets that are known by their value: those of the environment, and what requests carried in their headers."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from urllib.parse import quote, quote_plus, urlsplit

from .secrets import API_KEY, FAKE, KNOWN, placeholder
from .spans import Span

_SAME = dict.fromkeys(("ANTHROPIC_AUTH_TOKEN", "x-api-key", "api-key", "authorization"), API_KEY)
_SHORTEST = 8
_LONGEST_DUMMY = 24

_SECRET_NAME = re.compile(
    r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|(ORGANIZATION|ORG|WORKSPACE)_ID", re.IGNORECASE
)
_FILE_NAME = re.compile(r"_(FILE|PATH|DIR|SOCK)$", re.IGNORECASE)
_FILE = re.compile(r"(/|~/|[A-Za-z]:[\\/]).*\.\w{1,8}")
_PLAIN = re.compile(
    r"[a-z]{1,10}|[A-Z]{1,10}|[A-Z][a-z]{1,9}"  # a word
    r"|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+"  # the name of a constant
    r"|[\d.,:/ -]{1,20}"  # a number, a date, an address
    r"|development|placeholder|unspecified|organization"
)
_DUMMY = re.compile(r"[A-Za-z]+([-_ ][A-Za-z]+)*")


def is_secret(value: str) -> bool:
    """Whether a value under a secret's name can be one: `true`, `production` and the name of a constant are none."""
    return len(value) >= _SHORTEST and not _PLAIN.fullmatch(value)


class Known:
    """Values, and the forms in which they stand in texts."""

    def __init__(self) -> None:
        self._forms: dict[str, str] = {}
        self._values: set[str] = set()

    def add(self, value: str, name: str) -> None:
        """The first name that a value gets is its name."""
        if value not in self._values and FAKE not in value and value not in placeholder(name):
            self._values.add(value)
            new = {form: _SAME.get(name, name) for form in _forms(value) if form not in self._forms}
            self._forms = self._forms | new  # another one: threads may be going through the old

    def spans(self, text: str) -> Iterator[Span]:
        for form in [form for form in self._forms if form in text]:
            yield from _places(text, form, self._forms[form])

    def endings(self, text: str) -> Iterator[Span]:
        """The beginning of a secret at the very end of a text that was cut off."""
        for form, name in self._forms.items():
            for length in range(min(len(form) - 1, len(text)), _SHORTEST - 1, -1):
                if text.endswith(form[:length]):
                    yield _span(len(text) - length, len(text), name)
                    break


def _places(text: str, form: str, name: str) -> Iterator[Span]:
    at = text.find(form)
    while at >= 0:
        yield _span(at, at + len(form), name)
        at = text.find(form, at + len(form))


def _span(start: int, end: int, name: str) -> Span:
    return Span(start, end, placeholder(name), name, KNOWN)


def _forms(value: str) -> list[str]:
    """The value as it is, and escaped as URLs, HTML and JSON do: also JSON within JSON, and that in a file."""
    forms = [value, quote(value, safe=""), quote(value), quote_plus(value), escape(value), value.replace("&", "&amp;")]
    forms += [re.sub("%..", lambda digits: digits[0].lower(), form) for form in forms[1:4]]
    once = _escaped(value)
    forms += [once, once.replace("/", "\\/"), json.dumps(value)[1:-1], _escaped(once), _escaped(_escaped(once))]
    return list(dict.fromkeys(forms))


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def of_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Values and names: of variables that are named like a secret, and passwords in URLs."""
    for name in sorted(environ, key=lambda name: (_SAME.get(name, name) != API_KEY, name)):
        value = environ[name].strip()
        label = re.sub(r"\W", "_", name)
        if _SECRET_NAME.search(name) and not _names_file(name, value) and is_secret(value):
            yield value, label
        if "://" in value and "@" in value:
            yield from ((password, label) for password in _passwords(value) if is_secret(password))


def _names_file(name: str, value: str) -> bool:
    return bool(_FILE_NAME.search(name) or _FILE.fullmatch(value))


def _passwords(url: str) -> Iterable[str]:
    try:
        return filter(None, [urlsplit(url).password])
    except ValueError:
        return ()


def credentials_of(header: str, field: str) -> Iterator[str]:
    """The secrets in the field of a header: the token of `Bearer ...`, the password of `Basic ...`, each cookie."""
    for value in _credentials(header, field.strip()):
        if is_secret(value) and not (len(value) <= _LONGEST_DUMMY and _DUMMY.fullmatch(value)):
            yield value


def _credentials(header: str, field: str) -> Iterator[str]:
    scheme, _, value = field.partition(" ")
    if header == "cookie":
        yield from (pair.partition("=")[2].strip() for pair in field.split(";"))
    elif not header.endswith("authorization"):
        yield field
    elif scheme.lower() == "basic":
        yield value
        yield b64decode(value.encode("ascii", "ignore") + b"==").decode("latin-1").partition(":")[2]
    elif scheme.lower() in ("bearer", "token") or not value:
        yield value or scheme
