"""A participant's stream: its team, its tasks, its steps, its gates and its end."""
