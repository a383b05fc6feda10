"""The command `pytest-opus`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from ._cassette_commands import add_commands
from ._report.compare import comparison_lines, difference
from ._report.json import report_from_json
from ._report.model import Report
from ._settings import PROFILES

if TYPE_CHECKING:
    from ._endpoint import Endpoint


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all is well, 1 if a bound was exceeded, 2 if an argument is wrong."""
    parser = argparse.ArgumentParser(
        prog="pytest-opus",
        description="Compare reports, check cassettes, or serve a fake Claude Messages API.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    compare = commands.add_parser(
        "compare",
        help="compare two JSON reports",
        description="Compare two reports of --opus-report=FILE.json: tokens, cost and time, per test and in sum.",
    )
    compare.add_argument("old", metavar="OLD.json", type=_report)
    compare.add_argument("new", metavar="NEW.json", type=_report)
    compare.add_argument(
        "--max-ratio",
        type=_ratio,
        metavar="RATIO",
        help="exit with 1 if the tokens or the cost of a test grew beyond RATIO times what they were",
    )
    compare.set_defaults(run=_compare)
    serve = commands.add_parser(
        "serve",
        help="serve a fake Claude Messages API",
        description="Answer every request with something plausible, or from a cassette. The first line printed is the "
        "base URL, then comes a line per call, and a summary on Ctrl-C or SIGTERM.",
    )
    serve.add_argument("--host", type=_host, default="127.0.0.1", help="the address to listen at (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=0, help="the port to listen at (default: any that is free)")
    serve.add_argument("--profile", choices=PROFILES, default="auto", help="the API convention (default: auto)")
    serve.add_argument(
        "--validate",
        choices=("api", "off"),
        default="api",
        help="refuse what the API would refuse, or judge no body by its meaning and know every model (default: api)",
    )
    serve.add_argument("--cassette", type=Path, metavar="FILE", help="answer from this cassette, again and again")
    serve.set_defaults(run=_serve)
    add_commands(commands)
    chosen = parser.parse_args(arguments)
    return chosen.run(chosen)  # type: ignore[no-any-return]


def _serve(chosen: argparse.Namespace) -> int:
    from ._serve import serve

    try:
        endpoint = _served(chosen)
    except ValueError as error:
        print(f"pytest-opus serve: {error}", file=sys.stderr)  # noqa: T201 - this is the output of the command
        return 2
    try:
        return serve(chosen.host, chosen.port, endpoint)
    except (OSError, OverflowError) as error:
        print(f"pytest-opus serve: cannot listen at {chosen.host}:{chosen.port}: {error}", file=sys.stderr)  # noqa: T201 - this is the output of the command
        return 2


def _served(chosen: argparse.Namespace) -> Endpoint:
    """The endpoint to serve; raises `ValueError` where there can be none."""
    from ._serve import cassette_endpoint, plausible_endpoint

    if not chosen.cassette:
        return plausible_endpoint(chosen.profile, chosen.validate)
    if chosen.validate == "off":
        raise ValueError("a cassette answers what it holds; --validate=off has no effect there")
    return cassette_endpoint(chosen.cassette, chosen.profile)


def _compare(chosen: argparse.Namespace) -> int:
    found = difference(chosen.old, chosen.new)
    for line in comparison_lines(found, chosen.max_ratio):
        print(line)  # noqa: T201 - this is the output of the command
    if chosen.max_ratio is None:
        return 0
    return int(not found.pairs or bool(found.beyond(chosen.max_ratio)))  # a bound that judged nothing does not hold


def _report(name: str) -> Report:
    try:
        return report_from_json(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        reason = str(error) if type(error) is ValueError else "a part of it is missing"
        raise argparse.ArgumentTypeError(f"{name} cannot be compared: {reason}") from None


def _host(text: str) -> str:
    host = text.removeprefix("[").removesuffix("]")  # as an address of IPv6 stands in a URL
    if not host:
        raise argparse.ArgumentTypeError("an address is expected, such as 127.0.0.1")
    return host


def _ratio(text: str) -> Decimal:
    try:
        ratio = Decimal(text)
    except InvalidOperation:
        ratio = Decimal(0)
    if not ratio.is_finite() or ratio <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no ratio; a number above 0, such as 1.1, is expected")
    return ratio


if __name__ == "__main__":
    sys.exit(main())
