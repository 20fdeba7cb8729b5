"""What the benchmarks share: callers, requests, peers, tables."""
