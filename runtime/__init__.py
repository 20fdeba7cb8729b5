"""Settings, telemetry, the connection to Temporal and the embedded stack."""
