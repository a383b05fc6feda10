"""The calls of these tests were recorded once, and are replayed from `cassettes/` ever since.

With a key, `pytest --opus-record=all` records them anew from the real API. The cassettes here were made without one:
`record.py` has a scripted endpoint stand in for the API.
"""

import pytest
from release_notes import write_notes

COMMITS = """Add dark mode
Fix crash when the list is empty
Refactor the settings store"""

pytestmark = pytest.mark.opus_cassette


def test_the_notes_name_what_users_see(opus):
    notes = write_notes("2.3.0", lambda since: COMMITS)

    assert "dark mode" in notes
    assert "Refactor" not in notes
    assert [call.input.since for call in opus.tool_calls] == ["2.3.0"]
    assert opus.tool_calls[0].result.text == COMMITS


@pytest.mark.token_budget(1_500, calls=2)
def test_the_notes_stay_within_their_budget():
    write_notes("2.3.0", lambda since: COMMITS)


def test_text_is_shown_as_it_comes():
    shown = []
    notes = write_notes("2.3.0", lambda since: COMMITS, show=shown.append)

    assert len(shown) > 3
    assert notes.endswith("".join(shown)[-20:])
