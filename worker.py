"""The entry of a worker process: `python worker.py`, or `kaskad worker`."""

import sys


def main() -> None:
    from terminal.main import run

    run(["worker", *sys.argv[1:]])


if __name__ == "__main__":
    main()
