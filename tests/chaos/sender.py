"""A sender for the kill test: `python -m tests.chaos.sender FOLDER DATABASE_URL PORT CONNECTIONS`.

The worker as `newsletter edition send ID --wait` runs it, with the plain renderer of the tests.
"""

import sys
from threading import Event

from newsletter.send.worker import run_worker
from newsletter.settings import read_settings
from newsletter.wiring import running_clock
from storage.session import Database
from tests.newsletter.making import worker_services


def main(folder: str, database_url: str, port: str, connections: str) -> None:
    """Send edition 1 until it is complete."""
    settings = read_settings(
        {
            "NEWSLETTER_DATA_DIR": folder,
            "NEWSLETTER_DATABASE_URL": database_url,
            "NEWSLETTER_SMTP_URL": f"smtp://127.0.0.1:{port}?connections={connections}",
        }
    )
    services = worker_services(settings, Database(database_url), running_clock(None))
    run_worker(services, stop=Event(), until_complete=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
