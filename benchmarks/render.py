"""One render of a realistic edition for one audience, beside compiling its MJML alone."""

import tempfile

from mjml import mjml2html

from benchmarks import edition
from benchmarks.measure import median_ms, peak_mib, report
from newsletter.settings import read_settings
from newsletter.store import editions
from newsletter.wiring import build_services
from subscribers.values import Audience

TIMES = 50


def main() -> None:
    """Print the row."""
    with tempfile.TemporaryDirectory() as folder:
        services = build_services(read_settings({"NEWSLETTER_DATA_DIR": folder}))
        edition.prepare(services, readers=0)
        edition_id = edition.draft(services)
        with services.db.read() as session:
            content = editions.content_of(
                editions.get_edition(session, edition_id, with_blocks=True)
            )
        source = services.render.mjml(content, Audience.SCHOOL)
        whole = median_ms(lambda: services.render(content, Audience.SCHOOL), times=TIMES)
        alone = median_ms(lambda: mjml2html(source, disable_comments=True, fonts={}), times=TIMES)
        size = len(services.render(content, Audience.SCHOOL).html.encode())
        services.db.close()
    report(
        [
            [
                f"render one variant ({size / 1000:.0f} kB of HTML)",
                f"{whole:.1f} ms",
                f"MJML to HTML alone: {alone:.1f} ms",
                f"{whole / alone:.1f} x its time",
                peak_mib(),
            ]
        ]
    )


if __name__ == "__main__":
    main()
