"""The entry of the `kaskad` command."""

import os
import sys


def main() -> None:
    make_streams_usable()
    try:
        from terminal.main import run

        run(sys.argv[1:])
    except KeyboardInterrupt:
        # While it was still being imported; later ones are told apart in there.
        print("kaskad: stopped.", file=sys.stderr)
        sys.exit(130)


def make_streams_usable() -> None:
    """Whoever starts us may have closed a standard stream, or have an encoding that lacks Kazakh letters."""
    # The lowest numbers come first: a database must never be opened as the standard output.
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
