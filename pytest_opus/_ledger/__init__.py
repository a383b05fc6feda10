"""What happened: calls, their usage, and the problems that judges found. Data only."""
