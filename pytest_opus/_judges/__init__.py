"""Judges read the ledger or a turn and return what is wrong as values; they never raise."""
