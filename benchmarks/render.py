"""One variant of a realistic edition, and forty blocks for every side with all checks.

Beside it: the npm package mjml on the very same MJML, fetched for the occasion where Node is there.
"""

import json
import shutil
import subprocess
import tempfile
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

from mjml import mjml2html

from benchmarks import edition
from benchmarks.measure import median_ms, peak_mib, report
from newsletter.approve.checks import run_checks
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.settings import read_settings
from newsletter.store import editions
from newsletter.values import BlockContent, EditionContent, Facts, House
from newsletter.wiring import build_services
from subscribers.values import Audience

TIMES: Final = 50
FEW_TIMES: Final = 10
BLOCKS: Final = 40
SCHOOL: Final = Cut(Audience.SCHOOL)
CUTS: Final = (SCHOOL, Cut(Audience.TEACHER_EDUCATION), Cut(None))
NODE: Final = """
const mjml = require("mjml");
const compile = mjml.default ?? mjml;
const source = require("fs").readFileSync(0, "utf8");
const times = Number(process.argv[2]);
(async () => {
  await compile(source);
  const taken = [];
  for (let n = 0; n < times; n++) {
    const start = process.hrtime.bigint();
    await compile(source);
    taken.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  console.log(JSON.stringify(taken.sort((a, b) => a - b)[Math.floor(times / 2)]));
})();
"""


def main() -> None:
    """Print the rows."""
    with tempfile.TemporaryDirectory() as folder:
        services = build_services(read_settings({"NEWSLETTER_DATA_DIR": folder}))
        edition.prepare(services, readers=0)
        edition_id = edition.draft(services)
        with services.db.read() as session:
            content = editions.content_of(
                editions.get_edition(session, edition_id, with_blocks=True)
            )
        rows = [
            _one_variant(services.render, content),
            _all_checked(services.render, content, services.house),
        ]
        services.db.close()
    report(rows)


def _one_variant(render: Renderer, content: EditionContent) -> list[str]:
    source, turns = render.mjml(content, SCHOOL), count()

    def work() -> None:
        render(replace(content, preheader=f"Keer {next(turns)}"), SCHOOL)  # known is not rendered

    whole = median_ms(work, times=TIMES)
    alone = median_ms(lambda: mjml2html(source, disable_comments=True, fonts={}), times=TIMES)
    size = len(render(content, SCHOOL).html.encode())
    npm = _npm_ms(source)
    beside = f"the npm package mjml: {npm:.1f} ms" if npm else "the npm package mjml: no Node here"
    return [
        f"render one variant ({size / 1000:.0f} kB of HTML)",
        f"{whole:.1f} ms, of which MJML to HTML {alone:.1f} ms",
        beside,
        f"{npm / alone:.0f} x as fast as mjml" if npm else "",
        peak_mib(),
    ]


def _all_checked(render: Renderer, content: EditionContent, house: House) -> list[str]:
    """Measure forty blocks for six readers, two of each side, rendered and checked."""
    many = replace(content, blocks=_forty(content.blocks))
    facts, turns = Facts(now=edition.NOW, house=house), count()

    def work() -> None:
        for _ in range(2):
            once = replace(many, preheader=f"Keer {next(turns)}")  # so that nothing is known yet
            run_checks(once, {cut: render(once, cut) for cut in CUTS}, facts)

    taken = median_ms(work, times=FEW_TIMES)
    return [
        f"render and check {BLOCKS} blocks in {2 * len(CUTS)} variants",
        f"{taken:.0f} ms",
        "",
        "",
        peak_mib(),
    ]


def _forty(blocks: tuple[BlockContent, ...]) -> tuple[BlockContent, ...]:
    """Return the blocks over and over, each time with titles and addresses of its own."""
    return tuple(
        replace(
            block,
            id=number,
            fields={
                **block.fields,
                "title": f"{block.fields.get('title', '')} ({number})",
                "lead": False,
            },
        )
        for number in range(BLOCKS)
        for block in [blocks[number % len(blocks)]]
    )


def _npm_ms(source: str) -> float | None:
    """Return how long the npm package takes; None where Node or the package cannot be had."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        return None
    with tempfile.TemporaryDirectory() as folder:
        install = [
            npm,
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--prefix",
            folder,
            "mjml",
        ]
        if subprocess.run(install, check=False, stdout=subprocess.DEVNULL).returncode:
            return None
        script = Path(folder) / "measure.cjs"
        script.write_text(NODE)
        done = subprocess.run(
            [node, str(script), str(FEW_TIMES)],
            input=source,
            capture_output=True,
            text=True,
            check=True,
        )
    taken: float = json.loads(done.stdout)
    return taken


if __name__ == "__main__":
    main()
