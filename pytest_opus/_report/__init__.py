"""What a run used: collected from the reports of its tests, shown, written and compared."""
