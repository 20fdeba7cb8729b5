"""A process that appends and prints each command id once it is acknowledged: for the tests with many writers."""

import sys
import threading

from eventlog.errors import LogUnavailable
from eventlog.log import open_log
from tests.eventlog.appends import append


def main(url: str, name: str, appends: int, size: int, threads: int) -> None:
    lock = threading.Lock()
    with open_log(url) as log:
        print("ready", flush=True)

        def write(thread: int) -> None:
            for number in range(appends):
                request = append(
                    f"rollout:{name}-{thread}", number * size, command_id=f"{name}-{thread}-{number}", size=size
                )
                while True:
                    try:
                        log.append(request)
                        break
                    except LogUnavailable:  # a lock that was waited for too long: ask again
                        continue
                with lock:
                    print(request.command_id, flush=True)

        writers = [threading.Thread(target=write, args=(thread,)) for thread in range(threads)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]))
