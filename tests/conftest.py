"""What every test has, and what no test may have from outside."""

import os
import signal

import pytest

pytest_plugins = ["tests.servers"]


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> None:
    """A developer's own stack must not be what the tests write to."""
    for name in list(os.environ):
        if name.startswith(("KASKAD_", "TEMPORAL_", "OTEL_")) and not name.startswith("KASKAD_TEST_"):
            del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """What a shell starts in the background begins deaf to Ctrl-C, and so would all that the tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
