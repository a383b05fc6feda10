"""What becomes of a test whose calls are not as they should be, in every way a test can end."""

import sys
from typing import NamedTuple

import pytest


class Cause(NamedTuple):
    """A reason to fail: a mark for the test, and a statement that does wrong and raises nothing."""

    mark: str
    spoil: str
    says: str


CAUSES = {
    "script": Cause("", 'opus.script("one", "two"); ask()', "opus: 1 of 2 scripted turns was never asked for."),
    "budget": Cause(
        "@pytest.mark.token_budget(1)",
        'opus.script(turn("one", usage={"input_tokens": 2, "output_tokens": 1})); ask()',
        "token budget exceeded: 3 tokens used of 1 (+200%) in 1 call",
    ),
}


@pytest.fixture(params=CAUSES.values(), ids=CAUSES.keys())
def cause(request):
    return request.param


def test_a_test_that_passed_fails_once(project, cause):
    outcome = project.run(f"""
        {cause.mark}
        def test_it(opus):
            {cause.spoil}
        """)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == cause.says


def test_a_test_in_order_passes(project):
    outcome = project.run("""
        @pytest.mark.token_budget(20_000)
        def test_it(opus):
            opus.script("one")
            assert ask() == "one"
        """)

    assert outcome.counts == {"passed": 1}


def test_a_test_that_failed_keeps_its_failure(project, cause):
    outcome = project.run(f"""
        {cause.mark}
        def test_it(opus):
            {cause.spoil}
            assert 1 == 2
        """)

    assert outcome.counts == {"failed": 1}
    assert "assert 1 == 2" in outcome.failure
    assert cause.says not in outcome.failure


@pytest.mark.parametrize("raises", ["pytest.fail('mine')", "raise SystemExit('mine')"])
def test_a_test_that_failed_otherwise_keeps_its_failure(project, cause, raises):
    outcome = project.run(f"""
        {cause.mark}
        def test_it(opus):
            {cause.spoil}
            {raises}
        """)

    assert outcome.counts == {"failed": 1}
    assert "mine" in outcome.failure
    assert cause.says not in outcome.failure


def test_an_error_of_setup_stays_one_error(project, cause):
    outcome = project.run(f"""
        @pytest.fixture
        def broken(opus):
            {cause.spoil}
            raise OSError("no disk")

        {cause.mark}
        def test_it(opus, broken): ...
        """)

    assert outcome.counts == {"errors": 1}
    assert "no disk" in outcome.failure


@pytest.mark.parametrize("mark", ["skip", "skipif(True, reason='not here')", "xfail(run=False)"])
def test_a_test_that_is_not_run_is_not_judged(project, cause, mark):
    outcome = project.run(f"""
        @pytest.mark.{mark}
        {cause.mark}
        def test_it(opus):
            {cause.spoil}
        """)

    assert outcome.counts == {"xfailed" if "xfail" in mark else "skipped": 1}


def test_a_test_that_skips_itself_stays_skipped(project, cause):
    outcome = project.run(f"""
        {cause.mark}
        def test_it(opus):
            {cause.spoil}
            pytest.skip("not today")
        """)

    assert outcome.counts == {"skipped": 1}


@pytest.mark.parametrize("strict", [True, False])
def test_an_expected_failure_is_met(project, cause, strict):
    outcome = project.run(f"""
        @pytest.mark.xfail(strict={strict})
        {cause.mark}
        def test_it(opus):
            {cause.spoil}
        """)

    assert outcome.counts == {"xfailed": 1}


def test_an_imperative_xfail_stays_xfailed(project, cause):
    outcome = project.run(f"""
        {cause.mark}
        def test_it(opus):
            {cause.spoil}
            pytest.xfail("known")
        """)

    assert outcome.counts == {"xfailed": 1}


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_an_async_test_fails(project, cause, mode):
    pytest.importorskip("pytest_asyncio")

    outcome = project.run(
        f"""
        {"@pytest.mark.asyncio" if mode == "strict" else ""}
        {cause.mark}
        async def test_it(opus):
            {cause.spoil.replace("ask()", "await ask_async()")}
        """,
        ini=f"asyncio_mode = {mode}",
    )

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == cause.says


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_test_run_by_anyio_fails(project, cause, backend):
    pytest.importorskip(backend)

    outcome = project.run(f"""
        @pytest.fixture
        def anyio_backend():
            return {backend!r}

        @pytest.mark.anyio
        {cause.mark}
        async def test_it(opus):
            {cause.spoil.replace("ask()", "await ask_async()")}
        """)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == cause.says


def test_one_of_several_parameters_fails(project, cause):
    outcome = project.run(f"""
        {cause.mark}
        @pytest.mark.parametrize("bad", [True, False])
        def test_it(opus, bad):
            if bad:
                {cause.spoil}
            else:
                opus.script(turn("one", usage={{"input_tokens": 1, "output_tokens": 0}})); ask()
        """)

    assert outcome.counts == {"failed": 1, "passed": 1}
    assert outcome.failure.splitlines()[0] == cause.says


def test_the_run_stops_at_the_first_failure(project, cause):
    outcome = project.run(
        f"""
        {cause.mark}
        def test_it(opus):
            {cause.spoil}

        def test_never_run(): ...
        """,
        "-x",
    )

    assert outcome.counts == {"failed": 1}


def test_reruns_start_with_a_fresh_endpoint(project, cause):
    pytest.importorskip("pytest_rerunfailures")

    outcome = project.run(
        f"""
        attempts = []

        {cause.mark}
        def test_it(opus):
            attempts.append(opus)
            assert opus.calls == [] and opus.problems == []
            if len(attempts) < 3:
                {cause.spoil}
            else:
                opus.script(turn("one", usage={{"input_tokens": 1, "output_tokens": 0}})); ask()
                assert len(set(map(id, attempts))) == 3
        """,
        "--reruns=2",
    )

    assert outcome.counts == {"passed": 1, "rerun": 2}


def test_a_rerun_shows_its_own_calls_only(project):
    pytest.importorskip("pytest_rerunfailures")

    outcome = project.run(
        """
        attempts = []

        def test_it(opus):
            attempts.append(opus)
            opus.script("one", "two")
            ask(f"attempt {len(attempts)}")
        """,
        "--reruns=1",
    )

    assert outcome.counts == {"failed": 1, "rerun": 1}
    assert outcome.section.count("call 1:") == 1
    assert "attempt 2" in outcome.section


def test_xdist_workers_fail_the_same_tests(project, cause):
    pytest.importorskip("xdist")

    outcome = project.run_subprocess(
        f"""
        {cause.mark}
        @pytest.mark.parametrize("number", range(3))
        def test_it(opus, number):
            {cause.spoil}

        def test_in_order(opus):
            opus.script("one")
            assert ask() == "one"
        """,
        "-n2",
    )

    assert outcome.counts == {"failed": 3, "passed": 1}
    outcome.stdout.fnmatch_lines([cause.says, "*- opus -*", "call 1: claude-opus-4-7 200 end_turn, *"])


def test_the_outcome_does_not_need_the_terminal_plugin(project, cause):
    project.write(f"""
        {cause.mark}
        def test_it(opus):
            {cause.spoil}
        """)
    assert project.pytester.run(sys.executable, "-m", "pytest", "-p", "no:terminal").ret == pytest.ExitCode.TESTS_FAILED
