"""What an auditor asks, answered from the event log alone."""
