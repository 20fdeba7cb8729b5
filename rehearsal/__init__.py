"""A rollout played through from date to date, by a calendar that stands still and people who are invented."""
