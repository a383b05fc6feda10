from pytest_opus._api.headers import RateLimits


def test_an_answer_tells_what_is_left():
    limits = RateLimits()
    limits.headers(0)
    limits.headers(0)
    limits.spend(2_700, 400)

    headers = limits.headers(1_800_000_000.9)

    assert headers == {
        "anthropic-organization-id": "00000000-0000-4000-8000-000000000000",
        "anthropic-ratelimit-requests-limit": "1000",
        "anthropic-ratelimit-requests-remaining": "997",
        "anthropic-ratelimit-requests-reset": "2027-01-15T08:01:00Z",
        "anthropic-ratelimit-input-tokens-limit": "2000000",
        "anthropic-ratelimit-input-tokens-remaining": "1997000",
        "anthropic-ratelimit-input-tokens-reset": "2027-01-15T08:01:00Z",
        "anthropic-ratelimit-output-tokens-limit": "400000",
        "anthropic-ratelimit-output-tokens-remaining": "400000",
        "anthropic-ratelimit-output-tokens-reset": "2027-01-15T08:01:00Z",
        "anthropic-ratelimit-tokens-limit": "2400000",
        "anthropic-ratelimit-tokens-remaining": "2397000",
        "anthropic-ratelimit-tokens-reset": "2027-01-15T08:01:00Z",
    }


def test_nothing_left_is_never_negative():
    limits = RateLimits()
    limits.spend(10**8, 10**8)
    for _ in range(1_001):
        headers = limits.headers(0)

    assert {value for name, value in headers.items() if name.endswith("remaining")} == {"0"}
