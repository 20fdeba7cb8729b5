"""The root of a Merkle tree by its definition, which the log never builds whole."""

from hashlib import sha256

from eventlog.merkle import node_hash


def root_by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, over entries that are hashed already."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(root_by_definition(leaves[:half]), root_by_definition(leaves[half:]))
