"""`newsletter edition render`: for whom, as a script asks for it."""

from pathlib import Path

import pytest

from newsletter.cli.app import main
from newsletter.cli.session import state
from newsletter.model import Block
from storage.session import Database
from tests.factories import make_edition, make_segments

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    monkeypatch.setattr(state, "debug", False)


def render(monkeypatch: pytest.MonkeyPatch, capsys: Capture, *words: str) -> tuple[int, str]:
    """Return the exit status and what was printed."""
    words = ("newsletter", "edition", "render", *words, "--format", "text")
    monkeypatch.setattr("sys.argv", [*words])
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out or err


def test_a_cut_is_rendered_and_what_is_none_is_wrong_usage(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with db.write() as session:
        make_segments(session)
        blocks = [
            Block(position=0, kind="article", segment="zuid", fields={"title": "In Breda"}),
            Block(position=1, kind="article", audience="school", fields={"title": "Op school"}),
        ]
        edition = str(make_edition(session, segments=["school"], blocks=blocks).id)

    for cut, titles in (
        ("school", ["Op school"]),
        ("school.zuid", ["In Breda", "Op school"]),
        ("overig.zuid", ["In Breda"]),
    ):
        status, out = render(monkeypatch, capsys, edition, "--cut", cut)
        assert status == 0
        assert [one for one in ("In Breda", "Op school") if one in out] == titles
    status, out = render(monkeypatch, capsys, edition, "--cut", "iedereen")
    assert (status, "begin with one of school" in " ".join(out.split())) == (2, True)
