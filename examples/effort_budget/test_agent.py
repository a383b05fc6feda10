"""What the agent may spend: as a whole, in each phase, of its task budget, and at each effort level.

pytest examples/effort_budget --opus-report=usage.md
"""

import pytest
from agent import ANALYSE, REPORT, TASK_BUDGET, VERIFY, investigate

from pytest_opus import tool_use, turn

QUESTION = "Why does the nightly build fail?"
LOGS = {"build.log": "linker: out of memory", "nightly.yml": "jobs: 64"}

# What thinking costs at each level, as a team would measure it in live runs.
THINKING = {"low": 300, "medium": 900, "high": 2_000, "xhigh": 4_500, "max": 12_000}


@pytest.fixture
def agent(opus):
    """Names the phases of a run, and scripts one whose thinking costs as much as its effort level says."""
    opus.phase("initial_analysis", system=ANALYSE, where=lambda request: len(request.messages) == 1)
    opus.phase("tool_execution", system=ANALYSE)
    opus.phase("verification", system=VERIFY)
    opus.phase("final_report", system=REPORT)

    def run(effort):
        thought = THINKING[effort]
        opus.when(system=ANALYSE).script(
            turn(tool_use("read_log", {"file": "build.log"}), usage=tokens(1_400, thought)),
            turn(tool_use("read_log", {"file": "nightly.yml"}), usage=tokens(1_900 + thought, thought // 3)),
            turn("The linker runs out of memory: 64 jobs.", usage=tokens(2_200 + 4 * thought // 3, 120)),
        )
        opus.when(system=VERIFY).script(turn("CONFIRMED", usage=tokens(400, thought // 2)))
        opus.when(system=REPORT).script(turn("Too many linkers at once. Use 16 jobs.", usage=tokens(450, 90)))
        return investigate(QUESTION, effort, read_log=lambda file: LOGS[file])

    return run


def tokens(given, made):
    return {"input_tokens": given, "output_tokens": made}


@pytest.mark.token_budget(
    60_000,
    cost=0.50,
    calls=6,
    phases={"initial_analysis": 0.2, "tool_execution": 0.5, "verification": 0.2, "final_report": 1_000},
)
def test_every_phase_keeps_its_share(agent, opus):
    assert agent("xhigh") == "Too many linkers at once. Use 16 jobs."
    assert [call.phase for call in opus.calls] == [
        "initial_analysis",
        "tool_execution",
        "tool_execution",
        "verification",
        "final_report",
    ]


@pytest.mark.token_budget(
    60_000, phases={"verification": 2_600}, strategy="prioritize_completion", tokenizer_factor=1.35
)
@pytest.mark.filterwarnings("ignore:token budget exceeded. phase 'verification'")
def test_a_thorough_verification_is_fine_while_the_total_holds(agent):
    agent("xhigh")


@pytest.mark.token_budget(task_budget=True)
def test_the_task_budget_is_kept(agent, opus):
    agent("max")

    task = opus.task_budget
    assert task.declared == TASK_BUDGET
    assert task.spent == 12_000 + 500 + 4_000 + 300 + 120  # what the model wrote, and the results of its tools
    assert task.remaining == TASK_BUDGET - task.spent


@pytest.mark.opus_effort("low", "high", "xhigh")
@pytest.mark.token_budget(40_000)
def test_every_level_finds_the_cause(agent, opus_effort):
    assert "16 jobs" in agent(opus_effort)
