"""The rules of a cascade: pure functions over commands, events and state."""
