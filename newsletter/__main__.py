"""The way in: `newsletter`, and `python -m newsletter`."""

import signal
import sys
from typing import Final

INTERRUPTED: Final = 128 + signal.SIGINT  # what a shell says of it


def main() -> None:
    """Run one command. Ctrl-C while the program is still being read shows no traceback."""
    try:
        from newsletter.cli.app import main as run  # noqa: PLC0415 - that takes a second or more
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
