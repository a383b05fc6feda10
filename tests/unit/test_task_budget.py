"""Task budgets: what the API counts against them, and programs that forget what remains."""

import pytest

from pytest_opus._judges.budget import Budget
from pytest_opus._judges.task_budget import Task, declared_task, remaining_dropped, spent_per_call

TASK = {"role": "user", "content": "Audit this repository."}
ASK = {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {}}


def said(text):
    return {"role": "assistant", "content": text}


def result(text, of="toolu_1"):
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": of, "content": text}]}


@pytest.fixture
def conversation(make_call):
    """Calls of `(messages, input, output)`, or with further arguments of a call; all declare the same task budget."""

    def build(*turns, total=100_000):
        calls = []
        for number, (messages, given, made, *more) in enumerate(turns, 1):
            extra = {"content": [{"type": "text", "text": ANSWERS[len(messages)]}]} | (dict(more[0]) if more else {})
            budget = {"type": "tokens", "total": total} | extra.pop("budget", {})
            call = make_call(
                number,
                usage={"input_tokens": given, "output_tokens": made},
                messages=messages,
                output_config={"task_budget": budget},
                **extra,
            )
            calls.append(call)
        return calls

    return build


ONE = [TASK]
TWO = [*ONE, said("a"), result("b")]
THREE = [*TWO, said("c"), result("d")]
ANSWERS = {1: "a", 3: "c", 5: "e"}  # by the length of what was asked


def test_the_api_counts_what_is_written_and_newly_seen(conversation):
    calls = conversation((ONE, 900, 5_000), (TWO, 8_700, 4_000), (THREE, 13_900, 6_000))

    assert [declared_task(calls[:n]).remaining for n in (1, 2, 3)] == [95_000, 88_200, 81_000]
    assert declared_task(calls) == Task(declared=100_000, spent=19_000, remaining=81_000)
    assert spent_per_call(calls) == [5_000, 6_800, 7_200]


def test_calls_that_failed_do_not_count(conversation):
    calls = conversation((ONE, 900, 5_000), (TWO, 8_700, 4_000, {"status": 529}), (TWO, 8_700, 4_000))

    assert declared_task(calls).spent == 11_800


def test_a_call_that_is_made_again_counts_from_where_it_was_asked(conversation):
    calls = conversation((ONE, 900, 5_000), (TWO, 8_700, 100), (TWO, 8_700, 4_000))

    assert declared_task(calls).spent == 11_800


def test_estimates_are_made_of_the_new_messages_and_say_so(conversation):
    calls = conversation((ONE, 10, 5_000, {"estimated": True}), (TWO, 12, 4_000, {"estimated": True}))
    task = declared_task(calls)

    assert task.estimated
    assert 9_000 < task.spent < 9_020


def test_what_was_spent_can_be_more_than_what_was_declared(conversation):
    assert declared_task(conversation((ONE, 1, 30_000), total=20_000)) == Task(
        declared=20_000, spent=30_000, remaining=0
    )


def test_the_last_task_is_told(conversation):
    other = [{"role": "user", "content": "Something else."}]

    assert declared_task(conversation((ONE, 1, 500), (other, 1, 7))).spent == 7


def test_no_task_budget(make_call):
    assert declared_task([make_call()]) is None
    assert spent_per_call([make_call()]) == [15]


def test_the_limit_is_what_the_program_declared(conversation, lines):
    calls = conversation((ONE, 900, 12_000), (TWO, 13_000, 7_900), total=20_000)
    budget = Budget.of({"task_budget": True})

    assert budget.overrun(calls) is None
    calls = conversation((ONE, 900, 12_000), (TWO, 13_000, 7_901), total=20_000)
    assert budget.overrun(calls) == lines("""
        token budget exceeded: 20,001 tokens spent of 20,000 (+1%) in 2 calls

          call  model            status   input  output   total     sum
             1  claude-opus-4-7     200     900  12,000  12,900  12,900
             2  claude-opus-4-7     200  13,000   7,901  20,901  33,801

        Of the task budget of 20,000 tokens, 20,001 are spent: what the model wrote and what it newly saw; history that is sent again does not count.
        Raise the limit in @pytest.mark.token_budget, or make the program spend less.""")


def test_shares_of_the_task_budget(conversation):
    calls = conversation((ONE, 900, 2_000), (TWO, 2_900, 9_000), total=20_000)
    calls[0].phase, calls[1].phase = "look", "work"

    assert Budget.of({"task_budget": True, "phases": {"look": 0.1, "work": 0.45}}).overrun(calls) is None
    assert Budget.of({"task_budget": True, "phases": {"look": 0.1, "work": 8_999}}).overrun(calls).splitlines()[0] == (
        "token budget exceeded: phase 'work' used 9,000 tokens of 8,999 (+1%) in 1 call"
    )


def test_a_program_that_declares_none(make_call):
    assert Budget.of({"task_budget": True, "phases": {"a": 0.5}}).overrun([make_call()]).splitlines()[0] == (
        "token budget exceeded: the limit is to be the program's task budget, but no call declared "
        "output_config.task_budget"
    )


# What remains.

SUMMARY = "So far: the parser is sound, the writer is not."
COMPACTED = [{"role": "user", "content": f"Go on. {SUMMARY}"}]
MIDDLE_DROPPED = [TASK, said("c"), result("d")]


def dropped(calls, *, ended=True):
    found = [remaining_dropped(call, calls, "fail", ended=ended) for call in calls]
    return [problem.call.number for problem in found if problem]


def test_history_that_only_grows(conversation):
    assert dropped(conversation((ONE, 1, 1), (TWO, 1, 1), (TWO, 1, 1), (THREE, 1, 1))) == []


def test_a_summary_by_the_model_takes_the_place_of_history(conversation):
    written = {"content": [{"type": "text", "text": SUMMARY}]}
    calls = conversation((ONE, 1, 1), (TWO, 1, 1, written), (COMPACTED, 1, 1))

    assert dropped(calls, ended=False) == [3]


def test_the_middle_is_dropped(conversation):
    assert dropped(conversation((ONE, 1, 1), (TWO, 1, 1), (MIDDLE_DROPPED, 1, 1)), ended=False) == [3]


def test_a_turn_with_a_tool_is_given_up(conversation):
    calls = conversation((ONE, 1, 1, {"content": [ASK]}), ([{"role": "user", "content": "In short: b"}], 1, 1))

    assert dropped(calls, ended=False) == []
    assert dropped(calls) == [2]


def test_what_remains_is_carried_on(conversation):
    calls = conversation(
        (ONE, 900, 5_000), (TWO, 8_700, 4_000), (MIDDLE_DROPPED, 900, 1_000, {"budget": {"remaining": 88_200}})
    )

    assert dropped(calls) == []
    assert declared_task(calls) == Task(declared=100_000, spent=12_800, remaining=87_200)


def test_agents_side_by_side(conversation):
    other = [{"role": "user", "content": "Audit that one."}]
    waits = {"content": [{"type": "text", "text": "a"}, ASK]}
    calls = conversation(
        (ONE, 1, 1, waits), (other, 1, 1, waits), (TWO, 1, 1), ([*other, said("a"), result("z")], 1, 1)
    )

    assert dropped(calls) == []


def test_another_task_and_the_same_task_again(conversation):
    other = [{"role": "user", "content": "Something else."}]

    assert dropped(conversation((ONE, 1, 1), (TWO, 1, 1), (ONE, 1, 1), (other, 1, 1))) == []


def test_the_whole_problem(conversation, lines):
    calls = conversation((ONE, 900, 5_000), (TWO, 8_700, 4_000), (MIDDLE_DROPPED, 900, 1_000))
    problem = remaining_dropped(calls[2], calls, "fail", ended=True)

    assert (problem.kind, problem.code, problem.path) == (
        "task_budgets",
        "remaining_dropped",
        "output_config.task_budget.remaining",
    )
    assert (
        problem.message
        == lines("""
        opus: call 3 goes on with less history, but its task budget does not say what remains.
          call 3: model claude-opus-4-7, 3 messages, the last: user tool_result for toolu_1: "d"
          it declares a total of 100,000 tokens, of which 88,200 remain
        The model would count from the total again: after compacting, send output_config.task_budget.remaining. Where a new task begins: @pytest.mark.opus(task_budgets="off").""")
    )


def test_of_several_tasks_the_worst_is_judged(conversation):
    first, second = [{"role": "user", "content": "one"}], [{"role": "user", "content": "two"}]
    calls = conversation((first, 10, 30_000), (second, 10, 10), total=20_000)

    assert (
        Budget.of({"task_budget": True})
        .overrun(calls)
        .startswith("token budget exceeded: 30,000 tokens spent by one of 2 tasks of 20,000")
    )
    assert Budget.of({"task_budget": True}).overrun(calls[1:]) is None
