"""Encrypts a person's data under the person's own key, and makes the blind index for finding an e-mail address."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from people.errors import RegistryUnavailable
from people.person import Language, Person

MASTER_KEY_VARIABLE = "KASKAD_MASTER_KEY"
KEY_BYTES = 32
_NONCE_BYTES = 12


class _Sealed(msgspec.Struct, frozen=True):
    names: str
    email: str | None
    phone: str | None
    language: Language


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Sealed)


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def seal(person: Person, key: bytes) -> bytes:
    content = _Sealed(person.names, person.email, person.phone, person.language)
    return encrypt(_encoder.encode(content), key, person.person)


def unseal(person: str, blob: bytes, key: bytes) -> Person:
    try:
        content = _decoder.decode(decrypt(blob, key, person))
    except (InvalidTag, msgspec.DecodeError) as problem:
        raise RegistryUnavailable(f"The data of person {person} does not fit its key: a store is damaged.") from problem
    return Person(person, content.names, content.email, content.phone, content.language)


def encrypt(plain: bytes, key: bytes, associated: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, associated.encode())


def decrypt(blob: bytes, key: bytes, associated: str) -> bytes:
    return AESGCM(key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], associated.encode())


def email_index(email: str, index_key: bytes) -> str:
    """Finds an address again without telling it. One key for all, since a salt for each could not be looked up."""
    folded = unicodedata.normalize("NFKC", email).strip().casefold()
    return hmac.new(index_key, folded.encode(), hashlib.sha256).hexdigest()


def master_key_from(environment: Mapping[str, str]) -> bytes | None:
    """The key that wraps the persons' keys, if the environment has one."""
    text = environment.get(MASTER_KEY_VARIABLE, "").strip()
    if not text:
        return None
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise RegistryUnavailable(f"{MASTER_KEY_VARIABLE} must be {KEY_BYTES} bytes in base64.")
    return key
