"""Cassettes: recorded calls as data, as text, and as files that are safe to commit."""
