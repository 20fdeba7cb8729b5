"""The entry of the `kaskad` command."""

import sys


def main() -> None:
    from terminal.main import run

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
