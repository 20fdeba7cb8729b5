"""Benchmarks beside peers: each prints ratios measured in one interleaved run."""
