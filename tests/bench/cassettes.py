"""What cassettes cost: loading, replay beside the transport's own cost, size, and all of it beside vcrpy.

python tests/bench/cassettes.py
"""

from __future__ import annotations

import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import vcr
import yaml

from pytest_opus import endpoint
from pytest_opus._api.conversation import extended
from pytest_opus._api.request import Sent
from pytest_opus._cassette.file import read, write
from pytest_opus._cassette.interaction import Interaction, Json, RecordedRequest, RecordedResponse

URL = "https://api.anthropic.com/v1/messages"
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
WORDS = "It looks at the failing test, then at the code that it calls, and says what is wrong with it. "


def main() -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.python_implementation()} {platform.python_version()}, ", end="")
    print(f"vcrpy {version('vcrpy')}, httpx {version('httpx')}, {platform.machine()}")
    print()
    with tempfile.TemporaryDirectory() as folder:
        replays(Path(folder) / "small.yaml", [alone(number, WORDS) for number in range(1_000)])
        replays(Path(folder) / "large.yaml", [alone(number, WORDS * 160) for number in range(1_000)])
        replays(Path(folder) / "agent.yaml", conversation(200, WORDS * 10))
        beside_vcrpy(Path(folder), [alone(number, WORDS * 160) for number in range(200)])


def alone(number: int, text: str) -> dict[str, Any]:
    """A request of its own."""
    return body([{"role": "user", "content": f"{number}: {text}"}])


def body(messages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"model": "claude-opus-4-7", "max_tokens": 300, "messages": list(messages)}


def conversation(turns: int, text: str) -> list[dict[str, Any]]:
    """The requests of an agent that sends its history again with every turn."""
    messages: list[dict[str, Any]] = []
    bodies = []
    for number in range(turns):
        messages.append({"role": "user", "content": f"{number}: {text}"})
        bodies.append(body(messages))
        messages.append({"role": "assistant", "content": answer(number)["content"]})
    return bodies


def answer(number: int) -> dict[str, Any]:
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-7",
        "content": [{"type": "text", "text": f"Answer {number}. {WORDS}"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 20},
    }


def replays(path: Path, bodies: Sequence[dict[str, Any]]) -> None:
    write(path, [interaction(number, asked) for number, asked in enumerate(bodies)])
    load = statistics.median(timed(lambda: read(path)) for _ in range(5))
    asked = [json.dumps(one).encode() for one in bodies]
    start = time.perf_counter()
    with endpoint(cassette=path):
        opened = time.perf_counter() - start
        with_cassette = [timed(lambda data=data: post(client(), data)) for data in asked]
    bare = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=answer(0))))
    without = [timed(lambda data=data: bare.post(URL, headers=HEADERS, content=data)) for data in asked]
    beyond = [one - other for one, other in zip(with_cassette, without, strict=True)]
    print(
        f"{path.name:12}{len(bodies):6} interactions{path.stat().st_size / 1e6:7.2f} MB, read {load * 1e3:6.0f} ms, "
        f"opened {opened * 1e3:6.0f} ms, a request beyond the transport: median "
        f"{statistics.median(beyond) * 1e3:.2f} ms, last hundred {statistics.median(beyond[-100:]) * 1e3:.2f} ms"
    )


def interaction(number: int, asked: dict[str, Any]) -> Interaction:
    fields = {name: value for name, value in asked.items() if name != "messages"}
    sent = Sent(fields, extended(None, asked["messages"]))
    headers = {"anthropic-version": "2023-06-01", "content-type": "application/json"}
    response = RecordedResponse(200, {"content-type": "application/json"}, Json(answer(number)))
    return Interaction(RecordedRequest("POST", URL, headers, sent), response)


_clients: list[httpx.Client] = []


def client() -> httpx.Client:
    if not _clients:
        _clients.append(httpx.Client())
    return _clients[0]


def post(sender: httpx.Client, data: bytes) -> None:
    sender.post(URL, headers={**HEADERS, "content-type": "application/json"}, content=data).raise_for_status()


def beside_vcrpy(folder: Path, bodies: Sequence[dict[str, Any]]) -> None:
    """The same interactions with pytest-recording's storage and a body matcher."""
    ours, theirs = folder / "ours.yaml", folder / "theirs.yaml"
    write(ours, [interaction(number, asked) for number, asked in enumerate(bodies)])
    theirs.write_text(yaml.dump(as_vcrpy(bodies), Dumper=yaml.CDumper), encoding="utf-8")
    asked = [json.dumps(one).encode() for one in bodies]

    def replay_ours() -> None:
        with endpoint(cassette=ours):
            for data in asked:
                post(client(), data)

    def replay_theirs() -> None:
        recorder = vcr.VCR(match_on=["method", "uri", "body"], record_mode="none")
        with recorder.use_cassette(str(theirs)), httpx.Client() as sender:
            for data in asked:
                post(sender, data)

    one, other = timed(replay_ours), timed(replay_theirs)
    print(f"load and replay {len(bodies)} interactions: {one:.2f} s, vcrpy {other:.2f} s, ratio {other / one:.0f}")


def as_vcrpy(bodies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": 1,
        "interactions": [
            {
                "request": {"method": "POST", "uri": URL, "headers": {}, "body": json.dumps(asked)},
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "headers": {"content-type": ["application/json"]},
                    "body": {"string": json.dumps(answer(number))},
                },
            }
            for number, asked in enumerate(bodies)
        ],
    }


def timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
