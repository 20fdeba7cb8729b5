"""The Merkle tree over the entries, as in RFC 9162: leaf and node hashes, and the frontier that an append needs."""

from collections.abc import Iterable
from hashlib import sha256

HASH_SIZE = 32

#: Root of the empty tree.
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the full subtrees from left to right, the largest first: all that is needed to go on."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"A frontier of {size} leaves has {size.bit_count()} hashes, not {len(self.peaks)}.")

    @classmethod
    def from_bytes(cls, size: int, packed: bytes) -> "Frontier":
        return cls(size, (packed[at : at + HASH_SIZE] for at in range(0, len(packed), HASH_SIZE)))

    def to_bytes(self) -> bytes:
        return b"".join(self.peaks)

    def append(self, leaf: bytes) -> None:
        size, node, peaks = self.size, leaf, self.peaks
        while size & 1:
            node = sha256(b"\x01" + peaks.pop() + node).digest()
            size >>= 1
        peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root
