"""How long a remote store of evidence is waited for: what its driver is told where nobody has told it otherwise."""

import os
from collections.abc import Mapping
from typing import Any, Final

_S3: Final = ("s3", "s3a")

#: Three times so long, with pauses of three seconds at most between them: whoever waits has an answer within ten.
_CONNECT_SECONDS: Final = 1.5
_RETRIES: Final = {"total_max_attempts": 3}


def options_for(url: str) -> dict[str, Any]:
    """Options for the store at `url`, in which what the environment and the files of fsspec and AWS say wins."""
    import fsspec

    if url.partition("://")[0] not in _S3:
        return {}
    asked: dict[str, Any] = {}
    for protocol in _S3:
        asked |= fsspec.config.conf.get(protocol, {}).get("config_kwargs", {})
    return {"config_kwargs": {"connect_timeout": _CONNECT_SECONDS, **_retries(), **asked}}


def _retries() -> Mapping[str, Any]:
    """Nothing where AWS_MAX_ATTEMPTS, AWS_RETRY_MODE or a profile says how often to ask."""
    try:
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session
    except ImportError:
        return {}  # then s3fs is not there either, which it says better
    try:
        session = Session()
        told = session.get_config_variable("max_attempts") or session.get_scoped_config().get("retry_mode")
    except BotoCoreError:
        return {}
    return {} if told or "AWS_RETRY_MODE" in os.environ else {"retries": _RETRIES}
