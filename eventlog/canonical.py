"""The one byte form of a value: canonical JSON as in RFC 8785, without floats."""

import msgspec

from eventlog.errors import NotCanonical

LARGEST_INTEGER = 2**53 - 1

# All digits made one: looking for a long run of them is then a search for fixed bytes.
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG_RUN = b"0" * len(str(LARGEST_INTEGER))


def _refuse_float(text: str) -> object:
    raise NotCanonical(f"{text} is not an integer: give decimals as strings.")


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(float_hook=_refuse_float)


class Canonical(msgspec.Struct, frozen=True, gc=False):
    """Bytes of which it is known that they are canonical: `canonical` made them, or `checked` has looked at them."""

    raw: msgspec.Raw

    def __bytes__(self) -> bytes:
        return bytes(self.raw)


def canonical(value: object) -> Canonical:
    """The canonical bytes of objects, lists, strings, integers, booleans and null, or of msgspec Structs of these."""
    try:
        encoded = _encoder.encode(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotCanonical(f"This value has no canonical JSON: {error}") from error
    if b"null" in encoded:
        _refuse_floats(msgspec.to_builtins(value))  # what is not a number is encoded as null
    return checked(encoded)


def checked(encoded: bytes) -> Canonical:
    """Bytes that somebody else has made. Raises NotCanonical."""
    require_canonical(encoded)
    return Canonical(msgspec.Raw(encoded))


def _refuse_floats(value: object) -> None:
    match value:
        case float():
            _refuse_float(str(value))
        case list() | tuple():
            for item in value:
                _refuse_floats(item)
        case dict():
            for item in value.values():
                _refuse_floats(item)


def require_canonical(encoded: bytes) -> None:
    """Raise NotCanonical unless these bytes are what `canonical` would make of what they say."""
    try:
        value = _decoder.decode(encoded)
        again = _encoder.encode(value)
    except NotCanonical:
        raise
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise NotCanonical(f"This is not JSON: {error}") from error
    if again != encoded:
        raise NotCanonical("This JSON is not in canonical form: make it with `canonical`.")
    if _is_suspicious(again):
        _look_at(value)


def _is_suspicious(encoded: bytes) -> bool:
    """Whether each value needs a look: for a long run of digits, for an escaped NUL, for text beyond ASCII.

    In keys outside the basic plane the order of UTF-8 parts from that of UTF-16, which RFC 8785 sorts by.
    """
    return not encoded.isascii() or b"\\u0000" in encoded or _LONG_RUN in encoded.translate(_DIGITS)


def _look_at(value: object) -> None:
    match value:
        case bool() | None:
            return
        case int():
            if abs(value) > LARGEST_INTEGER:
                raise NotCanonical(f"{value} is beyond 2**53 - 1: give large numbers as strings.")
        case str():
            refuse_nul(value)
        case list():
            for item in value:
                _look_at(item)
        case dict():
            for key, item in value.items():
                refuse_nul(key)
                if any(character > "\uffff" for character in key):
                    raise NotCanonical(f"The key {key!r} has a character outside the basic plane.")
                _look_at(item)


def refuse_nul(text: str) -> None:
    if "\0" in text:
        raise NotCanonical("A text has a NUL character, which PostgreSQL can't hold.")
