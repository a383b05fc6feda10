"""What tells whose machine or account it was: home directories, the name of the host, e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .secrets import PERSONAL, placeholder
from .spans import Span

_SLASH = r"(?:\\{0,4}/|%2[Ff])"
_BACK = r"(?:\\{1,8}|\\{0,4}/|%5[Cc]|%2[Ff])"
_START = r"(?:(?<![\w.~-])|(?<=\\[nrt])|(?<=%[0-9A-F]{2}))"
_NAME = r"\w(?:[\w.@+-]*\w)?"
_HIDDEN = re.compile(rf"((?:home|(?i:Users)){_BACK}|-(?:home|Users)-|pytest-of-)<user>")
_NOBODY = frozenset({"Shared", "Public", "Default", "All Users"})


_DOMAIN = re.compile(r"(?:@|%40)(?P<host>(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![\w(-])")
_LOCAL = re.compile(r"(?:(?<=\\[nrt])|(?<!\\))[A-Za-z0-9][\w.+-]*\Z")
_IN_URL = re.compile(r"://[^\s/]*+\Z")
_NO_PERSON = frozenset({"git", "hg", "noreply", "no-reply"})
_RESERVED = re.compile(
    r"(?i)(?:^|\.)(?:example\.(?:com|org|net)|test|invalid|example|localhost|(?:png|jpe?g|gif|svg|webp|py|js|ts))$"
)


class _Place(NamedTuple):
    needles: tuple[str, ...]
    regex: re.Pattern[str]
    instead: str
    kind: str


_HOME = "home directory"
_EVERYWHERE = (
    _Place(("home", "Users"), re.compile(rf"{_START}{_SLASH}(?:home|Users){_SLASH}(?P<who>{_NAME})"), "<user>", _HOME),
    _Place(
        ("sers", "SERS"),
        re.compile(
            rf"(?:\b[A-Za-z]:{_BACK}|/[a-z]/)(?i:Users){_BACK}"
            rf"(?P<who>\w[^\\/\"'<>|:*?\r\n%]{{0,63}}(?=\\)|{_NAME})"
        ),
        "<user>",
        _HOME,
    ),
    _Place(
        ("-home-", "-Users-"),
        re.compile(r"(?:(?<![\w-])|(?<=[A-Z]-))-(?:home|Users)-(?P<who>\w+)(?=-)"),
        "<user>",
        _HOME,
    ),
    _Place(("pytest-of-",), re.compile(rf"pytest-of-(?P<who>{_NAME})"), "<user>", _HOME),
)


class Personal:
    """Home directories and addresses of anybody, and what is known of this machine: texts read alike on any."""

    def __init__(self, home: str, hostname: str, user: str) -> None:
        self._user = user
        self._places = [*_own(home, user), *_EVERYWHERE, *_host(hostname)]
        self._needles = [(needle, number) for number, place in enumerate(self._places) for needle in place.needles]

    def restored(self, text: str) -> str:
        """Paths with the name of this user again: a program is to find its files when an answer is replayed."""
        if not self._user or "<user>" not in text:
            return text
        return _HIDDEN.sub(lambda hidden: hidden[1] + self._user, text)

    def spans(self, text: str) -> Iterator[Span]:
        for place in [self._places[number] for number in sorted({n for needle, n in self._needles if needle in text})]:
            for match in place.regex.finditer(text):
                if match["who"] not in _NOBODY:
                    yield Span(*match.span("who"), place.instead, place.kind, PERSONAL)
        if "@" in text or "%40" in text:
            yield from _addresses(text)


def _own(home: str, user: str) -> Iterator[_Place]:
    """This user's name, where it stands otherwise than elsewhere: an unusual home, and the slug of a path."""
    if len(user) < 2:
        return
    *parents, last = re.split(r"[\\/]", home.rstrip("\\/")) or [""]
    if last == user and any(parents):
        way = _BACK.join(map(re.escape, parents))
        yield _Place((user,), re.compile(rf"{way}{_BACK}(?P<who>{re.escape(user)})(?![\w-])"), "<user>", _HOME)
    slug = re.sub(r"[^A-Za-z0-9]", "-", user)
    yield _Place((slug,), re.compile(rf"-(?:home|Users)-(?P<who>{re.escape(slug)})(?![A-Za-z0-9_])"), "<user>", _HOME)


def _host(hostname: str) -> Iterator[_Place]:
    for name in dict.fromkeys((hostname, hostname.partition(".")[0])):
        if _is_distinctive(name):
            forms = tuple(dict.fromkeys((name, name.lower(), name.upper())))
            who = "|".join(map(re.escape, forms))
            regex = re.compile(rf"(?:(?<![\w.-])|(?<=\\[nrt]))(?P<who>{who})(?![\w-])")
            yield _Place(forms, regex, placeholder("hostname"), "host name")


def _is_distinctive(name: str) -> bool:
    """Not `localhost`, `runner` or `my-host`: those are words."""
    return (
        len(name) >= 8 and (bool(re.search(r"\d", name)) or name.count("-") >= 2) and not name.startswith("localhost")
    )


def _addresses(text: str) -> Iterator[Span]:
    """E-mail addresses. Two digits of a hash tell two of them apart and confirm no guess."""
    for domain in _DOMAIN.finditer(text):
        at = domain.start()
        local = _LOCAL.search(text, max(0, at - 64), at)
        if local and _is_person(local[0], domain["host"], text[max(0, local.start() - 256) : local.start()]):
            address = f"{local[0]}@{domain['host']}"
            yield Span(
                local.start(), domain.end(), placeholder("e-mail", address.lower(), 2), "e-mail address", PERSONAL
            )


def _is_person(local: str, domain: str, before: str) -> bool:
    """Neither reserved for examples, nor the `user:password@host` of a URL."""
    return not (local.lower() in _NO_PERSON or _RESERVED.search(domain) or _IN_URL.search(before))
