"""What the Messages API is: its objects, events, errors, models and rules. No IO, no scripts, no pytest."""
