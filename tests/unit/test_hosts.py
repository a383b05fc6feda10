import pytest

from pytest_opus import _hosts
from pytest_opus._hosts import Base, api_path, is_loopback, parse_base, path_below_base, upstream_url

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


@pytest.mark.parametrize(("host", "claimed"), [("127.0.0.1", False), ("localhost", False), ("gateway.example", True)])
def test_our_own_server_is_no_host_to_answer_for_in_process(monkeypatch, host, claimed):
    monkeypatch.setattr(_hosts, "served", {4321})

    assert (api_path(host, 4321, "/v1/messages", [f"http://{host}:4321"]) is not None) == claimed
    assert api_path(host, 4322, "/v1/messages", [f"http://{host}:4322"]) == "/v1/messages"


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("/v1/messages", "/v1/messages"),
        ("/v1/v1/messages/count_tokens", "/v1/messages/count_tokens"),
        ("/messages", "/v1/messages"),
        ("/models/claude-opus-4-7", "/v1/models/claude-opus-4-7"),
        ("/api/hello", "/api/hello"),
        ("/", "/"),
    ],
)
def test_the_path_of_a_client_with_or_without_the_version_in_its_base(path, below):
    assert path_below_base(path) == below


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        (None, "/v1/messages", "https://api.anthropic.com/v1/messages"),
        (GATEWAY, "/v1/messages", "https://gateway.example/anthropic/v1/messages"),
        (f"{GATEWAY}/v1/", "/v1/messages", "https://gateway.example/anthropic/v1/messages"),
        (GATEWAY, "/api/hello", "https://gateway.example/anthropic/api/hello"),
    ],
)
def test_where_a_request_goes_upstream(base, path, url):
    assert upstream_url(base, path) == url


@pytest.mark.parametrize("host", ["localhost", "api.localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["api.anthropic.com", "localhost.example", "10.0.0.1", "::2", "notlocalhost"])
def test_not_loopback(host):
    assert not is_loopback(host)
