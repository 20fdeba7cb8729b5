"""`./kaskad` makes its environment once, whole or not at all, from wherever and however often it is called.

A stand-in for uv takes the place of what would need the network; the launcher itself is the real one.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_PYTHON = """#!/bin/sh
case "$1" in -m) echo "no connection to any index" >&2; exit 1 ;; esac
exec "{python}" "$@"
"""

_PYTHON_WITHOUT_PIP = """#!/bin/sh
case "$*" in
    "-m ensurepip") touch "$STAND_INS/pip" ;;
    "-m pip --version") test -f "$STAND_INS/pip" ;;
    "-m pip install "*tools.lock)
        test -f "$STAND_INS/pip" || exit 1
        while [ "$1" != --target ]; do shift; done
        mkdir -p "$2/bin" && cp "$STAND_INS/uv-of-tools" "$2/bin/uv" ;;
    *) exec "{python}" "$@" ;;
esac
"""

# Of Debian without python3-venv: an environment of it has no pip, and its own pip works on the environment.
_PYTHON_WITHOUT_ENSUREPIP = """#!/bin/sh
case "$*" in
    "-m ensurepip") exit 1 ;;
    "-m pip --version") case "$0" in */.venv/*) exit 1 ;; esac ;;
    "-m venv --without-pip "*) mkdir -p "$4/bin" && cp "$STAND_INS/python3" "$4/bin/python" ;;
    "-m venv "*) echo "ensurepip is not available" >&2; exit 1 ;;
    "-m pip --python "*/.venv/bin/python" install "*tools.lock)
        while [ "$1" != --target ]; do shift; done
        mkdir -p "$2/bin" && cp "$STAND_INS/uv-of-tools" "$2/bin/uv" ;;
    *) exec "{python}" "$@" ;;
esac
"""

_UV = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$1" in
    venv)
        for venv; do :; done
        mkdir -p "$venv/bin" && cp "$STAND_INS/python3" "$venv/bin/python" ;;
    pip)
        [ -z "${SLOW-}" ] || { trap 'kill "$!"; exit 1' TERM; sleep "$SLOW" & wait "$!"; }
        [ -z "${FAILS-}" ] || { echo "error: could not resolve host" >&2; exit 2; }
        [ "$2" = sync ] || printf '#!/bin/sh\\necho "ran $*"\\nexit "${CODE-0}"\\n' >"${4%/python}/kaskad"
        [ "$2" = sync ] || chmod +x "${4%/python}/kaskad" ;;
esac
"""


class Checkout:
    """A checkout of the product with nothing set up, in a folder with a space in its name."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a checkout"
        self.stand_ins = folder / "stand-ins"
        self.calls = folder / "calls.txt"
        (self.root / "requirements").mkdir(parents=True)
        self.stand_ins.mkdir()
        shutil.copy(ROOT / "kaskad", self.root / "kaskad")
        for lock in ("run", "dev", "bench", "tools"):
            (self.root / "requirements" / f"{lock}.lock").write_text(f"{lock}==1\n")
        (self.root / "pyproject.toml").write_text("[project]\n")
        self.stand_in("uv", _UV)
        self.stand_in("python3", _PYTHON.format(python=sys.executable))

    def stand_in(self, name: str, text: str) -> None:
        path = self.stand_ins / name
        path.write_text(text)
        path.chmod(0o755)

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": f"{self.stand_ins}:/usr/bin:/bin",
            "HOME": str(self.root),
            "CALLS": str(self.calls),
            "STAND_INS": str(self.stand_ins),
            "KASKAD_PYTHON": str(self.stand_ins / "python3"),
            **more,
        }

    def call(self, *arguments: str, by: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in self.environment(**more).items() if value}
        return subprocess.run(
            [by or self.root / "kaskad", *arguments],
            env=environment, cwd="/", capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def installs(self) -> list[str]:
        """The lock files that were installed, in order."""
        if not self.calls.exists():
            return []
        return [line.rsplit("/", 1)[1] for line in self.calls.read_text().splitlines() if line.startswith("pip sync")]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_first_start_sets_up_and_says_so_and_the_second_only_runs(checkout: Checkout) -> None:
    first = checkout.call("rollout", "list", "--school", "Ақ төбе")
    assert first.stdout == "ran rollout list --school Ақ төбе\n"
    assert "setting up" in first.stderr
    second = checkout.call("status")
    assert (second.stdout, second.stderr) == ("ran status\n", "")
    assert checkout.installs() == ["run.lock"]


def test_the_exit_code_is_that_of_the_command(checkout: Checkout) -> None:
    assert checkout.call("status", CODE="3").returncode == 3
    assert checkout.call("status", CODE="1").returncode == 1


def test_a_symbolic_link_from_elsewhere_finds_the_checkout(checkout: Checkout, tmp_path: Path) -> None:
    link, second = tmp_path / "kaskad link", tmp_path / "second"
    link.symlink_to(checkout.root / "kaskad")
    second.symlink_to("kaskad link")
    assert checkout.call("status", by=second).stdout == "ran status\n"
    assert (checkout.root / ".venv").is_dir()


def test_a_set_up_that_was_killed_is_done_again_from_the_start(checkout: Checkout) -> None:
    killed = subprocess.Popen(
        [checkout.root / "kaskad", "status"], env=checkout.environment(SLOW="2"), stderr=subprocess.DEVNULL
    )
    _wait_for_installs(checkout, 1)
    (checkout.root / ".venv" / "half-written").touch()
    killed.kill()
    killed.wait()
    assert checkout.call("status").stdout == "ran status\n"
    assert not (checkout.root / ".venv" / "half-written").exists()
    assert checkout.installs() == ["run.lock", "run.lock"]


def test_a_set_up_that_was_interrupted_says_so_and_ends_what_it_started(checkout: Checkout) -> None:
    interrupted = subprocess.Popen(
        [checkout.root / "kaskad", "status"],
        env=checkout.environment(SLOW="30"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    _wait_for_installs(checkout, 1)
    interrupted.send_signal(signal.SIGTERM)
    said = interrupted.communicate(timeout=10)
    assert interrupted.returncode == 130
    assert "interrupted" in said[1]
    assert checkout.call("status").stdout == "ran status\n"


def test_two_starts_at_once_set_up_once(checkout: Checkout) -> None:
    both = [
        subprocess.Popen(
            [checkout.root / "kaskad", "status"],
            env=checkout.environment(SLOW="1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [one.communicate(timeout=30) for one in both]
    assert [out for out, _ in said] == ["ran status\n", "ran status\n"]
    assert sum("waiting for it" in err for _, err in said) == 1
    assert checkout.installs() == ["run.lock"]


def test_a_changed_lock_brings_the_environment_up_to_date(checkout: Checkout) -> None:
    checkout.call("status")
    (checkout.root / "requirements" / "run.lock").write_text("run==2\n")
    assert "up to date" in checkout.call("status").stderr
    assert checkout.call("status").stderr == ""
    assert checkout.installs() == ["run.lock", "run.lock"]


def test_the_tests_bring_what_they_need_and_a_later_start_keeps_it(checkout: Checkout) -> None:
    checkout.call("status")
    assert checkout.call("test", "tests/x.py").stdout == "ran test tests/x.py\n"
    checkout.call("status")
    checkout.call("bench", "log")
    checkout.call("test")
    assert checkout.installs() == ["run.lock", "dev.lock", "bench.lock"]
    (checkout.root / "requirements" / "run.lock").write_text("run==2\n")
    checkout.call("status")
    assert checkout.installs()[-1] == "bench.lock"


def test_an_environment_without_pip_gets_it_to_bring_uv_back(checkout: Checkout) -> None:
    checkout.call("status")
    (checkout.root / ".venv" / "bin" / "python").write_text(_PYTHON_WITHOUT_PIP.format(python=sys.executable))
    (checkout.stand_ins / "uv").rename(checkout.stand_ins / "uv-of-tools")
    (checkout.root / "requirements" / "run.lock").write_text("run==2\n")
    assert "did not come" not in checkout.call("status").stderr
    assert checkout.installs() == ["run.lock", "run.lock"]


def test_a_python_without_ensurepip_is_no_obstacle_where_it_has_pip(checkout: Checkout) -> None:
    (checkout.stand_ins / "uv").rename(checkout.stand_ins / "uv-of-tools")
    checkout.stand_in("python3", _PYTHON_WITHOUT_ENSUREPIP.format(python=sys.executable))
    set_up = checkout.call("status")
    assert set_up.stdout == "ran status\n", set_up.stderr
    assert checkout.installs() == ["run.lock"]


def test_an_account_that_may_not_write_there_is_told_what_to_do(checkout: Checkout) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    checkout.call("status")
    (checkout.root / "requirements" / "run.lock").write_text("run==2\n")
    (checkout.root / ".tools").chmod(0o555)
    refused = checkout.call("status")
    (checkout.root / ".tools").chmod(0o755)
    assert refused.returncode == 1
    assert "can't be written to by this account" in refused.stderr
    assert "--version" in refused.stderr
    assert refused.stderr.startswith("kaskad: ")


def test_a_checkout_that_was_moved_is_set_up_anew(checkout: Checkout) -> None:
    checkout.call("status")
    checkout.root = checkout.root.rename(checkout.root.with_name("moved"))
    assert checkout.call("status").stdout == "ran status\n"
    assert len(checkout.installs()) == 2


def test_another_python_that_was_named_makes_another_environment(checkout: Checkout) -> None:
    checkout.call("status")
    checkout.stand_in("other", _PYTHON.format(python=sys.executable))
    checkout.call("status", KASKAD_PYTHON=str(checkout.stand_ins / "other"))
    checkout.call("status", KASKAD_PYTHON="")
    assert len(checkout.installs()) == 2


def test_packages_that_cannot_be_fetched_end_it_with_what_to_do(checkout: Checkout) -> None:
    failed = checkout.call("status", FAILS="1")
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "could not resolve host" in failed.stderr
    assert "no connection to any index" in failed.stderr
    assert "starting again goes on from there" in failed.stderr
    assert checkout.call("status").stdout == "ran status\n"


def test_a_name_on_the_path_that_does_not_run_is_passed_over(checkout: Checkout) -> None:
    checkout.stand_in("python3.13", "#!/bin/sh\necho 'command not found: python3.13' >&2\nexit 127\n")
    assert checkout.call("status", KASKAD_PYTHON="").stdout == "ran status\n"


def test_without_a_python_it_says_what_to_install(checkout: Checkout, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "cmp", "cat", "mkdir", "readlink"):
        (tools / name).symlink_to(shutil.which(name) or name)
    without = checkout.call("status", PATH=str(tools), KASKAD_PYTHON="")
    assert without.returncode == 1
    assert "no Python 3.11 or newer" in without.stderr
    assert "KASKAD_PYTHON=" in without.stderr


def test_a_python_that_was_named_and_does_not_serve_is_refused_by_its_name(checkout: Checkout) -> None:
    refused = checkout.call("status", KASKAD_PYTHON="/no/such/python")
    assert refused.returncode == 1
    assert "/no/such/python" in refused.stderr


def test_a_second_start_costs_little(checkout: Checkout) -> None:
    checkout.call("status")
    command = checkout.root / ".venv" / "bin" / "kaskad"
    through, alone = (min(_seconds(checkout, path) for _ in range(10)) for path in (checkout.root / "kaskad", command))
    assert through - alone < 0.3


def _seconds(checkout: Checkout, path: Path) -> float:
    started = time.perf_counter()
    subprocess.run([path], env=checkout.environment(), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def _wait_for_installs(checkout: Checkout, number: int) -> None:
    end = time.monotonic() + 20
    while len(checkout.installs()) < number:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_launcher_is_executable_in_the_repository() -> None:
    assert os.access(ROOT / "kaskad", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.R_OK)
