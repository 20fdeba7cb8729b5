"""What a value of a setting has to look like; each check gives the value back, or raises ValueError with a sentence."""

import base64
import binascii
from pathlib import Path
from urllib.parse import urlsplit

_DATABASES = ("postgresql", "postgres", "sqlite")


def check_folder(place: Path) -> Path:
    """A folder that is there or can be made."""
    _check_visible(str(place))
    above = next(each for each in (place, *place.parents) if each.exists())
    if not above.is_dir():
        raise ValueError(f"{above} is a file; a folder is needed.")
    return place


def check_database(place: str) -> str:
    """A path, or the URL of a database that can be used here."""
    _check_visible(place)
    if "://" not in place:
        path = Path(place).expanduser().absolute()
        if path.is_dir():
            raise ValueError(f"{path} is a folder; the path of a file is needed.")
        return str(path)
    parts = urlsplit(place)
    kind = parts.scheme.partition("+")[0]
    if kind not in _DATABASES:
        raise ValueError(f"a path, or a URL of SQLite or PostgreSQL, is needed; not one of {kind or 'nothing'}.")
    if kind == "sqlite" and not parts.path.strip("/"):
        raise ValueError("the path of a file is needed, as in sqlite:////srv/kaskad/events.db.")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("the port of this URL is not a number.") from None
    return place


def check_store(place: str) -> str:
    """A folder, or the URL of a store that fsspec knows."""
    _check_visible(place)
    if "://" not in place:
        return str(check_folder(Path(place).expanduser().absolute()))
    import fsspec

    kind = place.partition("://")[0].rpartition("::")[2]
    if kind not in fsspec.available_protocols():
        raise ValueError(f"fsspec knows no store of the kind {kind}.")
    return place


def check_key(secret: str) -> str:
    try:
        size = len(base64.b64decode(secret.strip(), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if size != 32:
        raise ValueError("32 bytes in base64 are needed, as `openssl rand -base64 32` makes them.")
    return secret


def check_address(address: str) -> str:
    host, _, port = address.rpartition(":")
    if not host or ":" in host or any(each.isspace() for each in host) or not port.isdecimal() or int(port) > 65535:
        raise ValueError("an address with a port is needed, such as 127.0.0.1:9464.")
    return address


def check_name(name: str) -> str:
    _check_visible(name)
    if name != name.strip():
        raise ValueError("it begins or ends with a space.")
    return name


def _check_visible(text: str) -> None:
    hidden = next((each for each in text if not each.isprintable()), None)
    if hidden is not None:
        raise ValueError(f"it has the character U+{ord(hidden):04X}, which can't be seen.")
