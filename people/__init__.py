"""The registry of persons, encrypted under one key for each of them."""
