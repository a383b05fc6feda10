import pytest

from pytest_opus._hosts import Base, api_path, is_loopback, parse_base

GATEWAY = "https://gateway.example/anthropic"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("gateway.example", Base("gateway.example", None, "")),
        ("Gateway.Example:8443", Base("gateway.example", 8443, "")),
        ("https://gateway.example", Base("gateway.example", None, "")),
        ("https://gateway.example:443/", Base("gateway.example", None, "")),
        ("http://gateway.example:80/", Base("gateway.example", None, "")),
        ("http://gateway.example:443", Base("gateway.example", 443, "")),
        ("https://gateway.example:8443/a/b/", Base("gateway.example", 8443, "/a/b")),
        ("gateway.example/anthropic", Base("gateway.example", None, "/anthropic")),
        ("http://[::1]:8080", Base("::1", 8080, "")),
        ("http://127.0.0.1:8080/v1", Base("127.0.0.1", 8080, "/v1")),
    ],
)
def test_the_parts_of_a_base(url, base):
    assert parse_base(url) == base


@pytest.mark.parametrize("url", ["", "https://", "/anthropic", ":8443", "gateway:port", "gateway:99999"])
def test_no_host(url):
    with pytest.raises(ValueError) as caught:
        parse_base(url)

    assert str(caught.value) == f"{url!r} names no host and port; HOST, HOST:PORT or a base URL is expected"


@pytest.mark.parametrize(
    ("address", "bases", "path"),
    [
        # host and port
        (("api.anthropic.com", 443, "/v1/messages"), ["api.anthropic.com"], "/v1/messages"),
        (("api.anthropic.com", 80, "/v1/messages"), ["api.anthropic.com"], "/v1/messages"),
        (("api.anthropic.com", 8443, "/v1/messages"), ["api.anthropic.com"], None),
        (("gateway.example", 8443, "/v1/messages"), ["gateway.example:8443"], "/v1/messages"),
        (("gateway.example", 443, "/v1/messages"), ["gateway.example:8443"], None),
        (("gateway.example", 80, "/v1/messages"), ["http://gateway.example"], "/v1/messages"),
        (("other.example", 443, "/v1/messages"), ["gateway.example"], None),
        (("sub.gateway.example", 443, "/v1/messages"), ["gateway.example"], None),
        (("gateway.example", 443, "/v1/messages"), [], None),
        # all paths of a host are ours
        (("api.anthropic.com", 443, "/elsewhere"), ["api.anthropic.com"], "/elsewhere"),
        # prefixes
        (("gateway.example", 443, "/anthropic/v1/messages"), [GATEWAY], "/v1/messages"),
        (("gateway.example", 443, "/anthropic/v1/messages"), [GATEWAY + "/"], "/v1/messages"),
        (("gateway.example", 443, "/anthropic/v1/models/x"), [GATEWAY], "/v1/models/x"),
        (("gateway.example", 443, "/v1/messages"), [GATEWAY], "/v1/messages"),
        (("gateway.example", 443, "/anthropic/health"), [GATEWAY], "/anthropic/health"),
        (("gateway.example", 443, "/anthropicx/v1/messages"), [GATEWAY], "/anthropicx/v1/messages"),
        # bases that end in /v1
        (("gateway.example", 443, "/v1/messages"), ["https://gateway.example/v1"], "/v1/messages"),
        (("gateway.example", 443, "/v1/v1/messages"), ["https://gateway.example/v1"], "/v1/messages"),
        (("gateway.example", 443, "/a/v1/messages"), ["https://gateway.example/a/v1"], "/v1/messages"),
        # the real API serves below no prefix
        (("api.anthropic.com", 443, "/v1/v1/messages"), ["api.anthropic.com", "https://api.anthropic.com/v1"], "/v1/v1/messages"),
        # a base that cannot be read
        (("gateway.example", 443, "/v1/messages"), ["http://gateway:port", "gateway.example"], "/v1/messages"),
        (("gateway.example", 443, "/v1/messages"), ["http://gateway.example:port"], None),
        # several bases
        (("gateway.example", 443, "/b/v1/messages"), ["https://gateway.example/a", "https://gateway.example/b"], "/v1/messages"),
        (("gateway.example", 443, "/anthropic/v1/messages"), ["gateway.example", GATEWAY], "/v1/messages"),
    ],
)  # fmt: skip
def test_the_path_below_a_base(address, bases, path):
    assert api_path(*address, bases) == path


@pytest.mark.parametrize("host", ["localhost", "api.localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["api.anthropic.com", "localhost.example", "10.0.0.1", "::2", "notlocalhost"])
def test_not_loopback(host):
    assert not is_loopback(host)
