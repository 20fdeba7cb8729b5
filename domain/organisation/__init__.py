"""An organisation's stream: definitions as used, rights, persons and erasures."""
