"""The string formats that tools use, checked with the standard library alone."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from jsonschema import FormatChecker

CHECKER = FormatChecker(formats=())

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[zZ]|([+-])(\d\d):(\d\d))", re.ASCII)
_CLOCK = r"T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)"
_CALENDAR = r"(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)"
_DURATION = re.compile(rf"P(?:\d+W|{_CALENDAR}(?:{_CLOCK})?|{_CLOCK})", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*|\"(?:[^\"\\\r\n]|\\.)*\"")
_URI = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def _date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = map(int, match.groups())
    return 1 <= month <= 12 and 1 <= day <= monthrange(year or 4, month)[1]


def _time(text: str) -> bool:
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    ahead = int(f"{match[4]}1") if match[4] else 0
    offset = (int(match[5] or 0), int(match[6] or 0))
    if hour > 23 or minute > 59 or second > 60 or offset > (23, 59) or offset[1] > 59:
        return False
    utc = (hour * 60 + minute - ahead * (offset[0] * 60 + offset[1])) % 1440
    return second < 60 or utc == 1439  # a leap second is the last one of a day


def _date_time(text: str) -> bool:
    return text[10:11] in ("T", "t") and _date(text[:10]) and _time(text[11:])


def _duration(text: str) -> bool:
    return _DURATION.fullmatch(text) is not None


def _hostname(text: str) -> bool:
    return len(text) <= 253 and all(map(_LABEL.fullmatch, text.split(".")))


def _email(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(at) and _LOCAL.fullmatch(local) is not None and (_hostname(domain) or _literal(domain))


def _literal(domain: str) -> bool:
    """An address in brackets."""
    inner = domain[1:-1] if domain.startswith("[") and domain.endswith("]") else ""
    return _ipv6(inner[5:]) if inner.startswith("IPv6:") else _ipv4(inner)


def _uri_reference(text: str) -> bool:
    if not _URI.fullmatch(text):
        return False
    parts = urlsplit(text)
    user, _, host = parts.netloc.rpartition("@")
    unbracketed = user + parts.path + parts.query + parts.fragment
    bare_host = host if not host.startswith("[") else ""
    return "[" not in unbracketed and "#" not in parts.fragment and bare_host.count(":") <= 1 and _has_port(parts)


def _has_port(parts: SplitResult) -> bool:
    """Raises a `ValueError` for a port that is no number."""
    return parts.port is None or parts.port >= 0


def _uri(text: str) -> bool:
    return _SCHEME.match(text) is not None and _uri_reference(text)


def _ipv4(text: str) -> bool:
    IPv4Address(text)
    return True


def _ipv6(text: str) -> bool:
    IPv6Address(text)
    return "%" not in text


def _uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": _date_time,
    "date": _date,
    "time": _time,
    "duration": _duration,
    "email": _email,
    "hostname": _hostname,
    "uri": _uri,
    "uri-reference": _uri_reference,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "uuid": _uuid,
}


def _check(holds: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or holds(value)


for _name, _holds in FORMATS.items():
    CHECKER.checks(_name, raises=ValueError)(_check(_holds))
