"""Those who take part in the benchmark of the cascade, and what all of them do."""
