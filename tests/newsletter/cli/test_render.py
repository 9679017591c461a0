"""`newsletter edition render`: for whom, as a script asks for it."""

import pytest

from newsletter.model import Block
from storage.session import Database
from tests.factories import make_edition, make_segments
from tests.newsletter.cli.shell import Shell

Capture = pytest.CaptureFixture[str]


def test_a_cut_is_rendered_and_what_is_none_is_wrong_usage(db: Database, shell: Shell) -> None:
    with db.write() as session:
        make_segments(session)
        blocks = [
            Block(position=0, kind="article", segment="zuid", fields={"title": "In Breda"}),
            Block(position=1, kind="article", audience="school", fields={"title": "Op school"}),
        ]
        edition = str(make_edition(session, segments=["school"], blocks=blocks).id)

    text = shell.at("edition", "render", "--format", "text")
    for cut, titles in (
        ("school", ["Op school"]),
        ("school.zuid", ["In Breda", "Op school"]),
        ("overig.zuid", ["In Breda"]),
    ):
        out = text.run(edition, "--cut", cut)
        assert [one for one in ("In Breda", "Op school") if one in out] == titles
    text.run(edition, "--cut", "iedereen", status=2)
    assert "begin with one of school" in " ".join(text.err.split())
