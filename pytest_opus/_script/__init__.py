"""What a test writes: blocks, turns, error turns, routes. Values and queues only, no HTTP."""
