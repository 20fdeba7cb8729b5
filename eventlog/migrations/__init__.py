"""The steps by which the schema of the event log came to be what it is."""
