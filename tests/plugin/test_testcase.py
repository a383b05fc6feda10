"""`unittest.TestCase`: the same outcomes, with an endpoint of its own or with the fixture asked for on the class."""


def test_endpoint_in_a_test_method_fails_it(project):
    outcome = project.run("""
        import unittest

        class TestAgent(unittest.TestCase):
            def test_it(self):
                with endpoint() as opus:
                    opus.script("one", "two")
                    ask()

            def test_in_order(self):
                with endpoint() as opus:
                    opus.script("one")
                    self.assertEqual(ask(), "one")
        """)

    assert outcome.counts == {"failed": 1, "passed": 1}
    assert "AssertionError: opus: 1 of 2 scripted turns was never asked for." in outcome.failure


def test_endpoint_entered_in_set_up(project):
    outcome = project.run("""
        import unittest

        class TestAgent(unittest.TestCase):
            def setUp(self):
                self.opus = self.enterContext(endpoint())

            def test_it(self):
                self.opus.script("one")
                self.assertEqual(ask(), "one")

            def test_too_many_turns(self):
                self.opus.script("one", "two")
                self.assertEqual(ask(), "one")
        """)

    assert outcome.counts == {"failed": 1, "passed": 1}
    assert "AssertionError: opus: 1 of 2 scripted turns was never asked for." in outcome.failure


def test_usefixtures_on_the_class(project):
    outcome = project.run("""
        import unittest

        @pytest.mark.usefixtures("opus")
        class TestAgent(unittest.TestCase):
            def test_it(self):
                self.assertEqual(ask(), "opus: call 1 found no turn left in the script (0 turns).")
        """)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == "opus: call 1 found no turn left in the script (0 turns)."


def test_the_marker_on_the_class_activates_and_configures(project):
    outcome = project.run("""
        import unittest

        @pytest.mark.opus(unscripted="off")
        class TestAgent(unittest.TestCase):
            def test_it(self):
                self.assertEqual(ask(), "opus: call 1 found no turn left in the script (0 turns).")
        """)

    assert outcome.counts == {"passed": 1}


def test_a_fixture_of_the_class_hands_the_endpoint_on(project):
    outcome = project.run("""
        import unittest

        class TestAgent(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _opus(self, opus):
                self.opus = opus

            def test_it(self):
                self.opus.script("one", "two")
                self.assertEqual(ask(), "one")
        """)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == "opus: 1 of 2 scripted turns was never asked for."


def test_a_budget_on_the_class_counts_calls_of_endpoint(project):
    outcome = project.run("""
        import unittest

        @pytest.mark.token_budget(2)
        class TestAgent(unittest.TestCase):
            def test_it(self):
                with endpoint() as opus:
                    opus.script(turn("one", usage={"input_tokens": 2, "output_tokens": 1}))
                    ask()
        """)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == "token budget exceeded: 3 tokens used of 2 (+50%) in 1 call"


def test_skipped_and_expected_failures_stay_what_they_are(project):
    outcome = project.run("""
        import unittest

        @pytest.mark.opus()
        class TestAgent(unittest.TestCase):
            def test_skips(self):
                ask()
                self.skipTest("not today")

            @unittest.expectedFailure
            def test_fails(self):
                ask()
                self.fail("known")
        """)

    assert outcome.counts == {"skipped": 1, "xfailed": 1}


def test_an_async_test_case(project):
    outcome = project.run("""
        import unittest

        class TestAgent(unittest.IsolatedAsyncioTestCase):
            async def test_it(self):
                with endpoint() as opus:
                    opus.script("one", "two")
                    self.assertEqual(await ask_async(), "one")
        """)

    assert outcome.counts == {"failed": 1}
    assert "AssertionError: opus: 1 of 2 scripted turns was never asked for." in outcome.failure
