"""A rollout whose calendar is moved on from date to date, acted by simulated people."""
