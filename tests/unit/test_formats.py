"""String formats count, as those of the API's subset do; others say nothing."""

import pytest

from pytest_opus._schema.draft import input_error

CASES = {
    "date": (["2026-02-28", "2024-02-29"], ["2026-02-29", "2026-2-1", "26-01-01", "2026-13-01", "2026-01-01T", "\u0662026-01-01"]),
    "time": (["08:30:06Z", "08:30:06.28z", "23:59:60Z", "01:29:60+01:30"], ["08:30:06", "24:00:00Z", "22:59:60Z", "08:30:06+24:00", "8:30:06Z"]),
    "date-time": (["2026-01-01T00:00:00Z", "1998-12-31t23:59:60.123+00:00"], ["2026-01-01", "2026-01-01 00:00:00Z", "2026-02-30T00:00:00Z"]),
    "duration": (["P1D", "P4Y", "PT0S", "P2W", "P1Y2M3DT4H5M6S"], ["P", "PT", "P1", "1D", "P1D2H", "P1Y2W", "P2D1Y"]),
    "email": (["a@b", "joe.bloggs@example.com", '"joe bloggs"@example.com', "joe@[127.0.0.1]", "joe@[IPv6:::1]"], ["2962", ".a@b", "a..b@c", "a@[nope]", "a@-b-"]),
    "hostname": (["example.com", "a", "xn--4gbwdl.xn--wgbh1c"], ["-a", "a_b", "a..b", "a" * 64, ""]),
    "uri": (["https://example.com/a?b=c#d", "urn:a:b", "http://[::1]:80/"], ["/a", "https://a b", "https://[::1", "http://a:x/", "//a", "\\\\a"]),
    "uri-reference": (["/a", "#a", "", "https://example.com"], ["\\\\a", "#a#b"]),
    "ipv4": (["192.0.2.1"], ["192.0.2.256", "192.0.2", "0x7f.0.0.1", "192.0.2.01"]),
    "ipv6": (["::1", "2001:db8::1"], ["12345::", "::1%eth0", "1::2::3", "g::"]),
    "uuid": (["2eb8aa08-aa98-11ea-b4aa-73b441d16380"], ["2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638"]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (valid, _) in CASES.items() for text in valid])
def test_valid(name, text):
    assert input_error({"format": name}, text) is None


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (_, invalid) in CASES.items() for text in invalid])
def test_invalid(name, text):
    assert input_error({"format": name}, text) == ("", f"{text!r} is not a {name!r}")


@pytest.mark.parametrize("name", [*CASES, "binary", "x-own"])
def test_a_format_says_nothing_of_what_is_no_string(name):
    assert input_error({"format": name}, 3) is None


def test_an_unknown_format_says_nothing():
    assert input_error({"format": "x-own"}, "anything") is None
