"""The shapes of requests as tables: `"name"` is a required key, `"name?"` an optional one that may be null."""
