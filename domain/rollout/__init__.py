"""A rollout's stream: its roster, its nominations, its pauses and its end."""
