"""Bringing a list of sources in, and giving our own."""

import time

import pytest
from sqlalchemy import delete

from feeds import store
from feeds.errors import MalformedSource
from feeds.importing import Verdict, export_list, import_list, judge_list, rewritten
from feeds.model import Source
from feeds.themes import add_default_themes
from storage.session import Database
from tests import factories
from tests.fakes import START
from tests.queries import counted

PATIENCE_S = 15.0  # of the processor; it takes one or two


def opml(*outlines: str) -> bytes:
    return "\n".join(("<opml><body>", *outlines, "</body></opml>")).encode()


def outline(url: str, text: str = "Bron", **attributes: str) -> str:
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<outline text="{text}" xmlUrl="{url}"{more}/>'


def sources(db: Database) -> list[Source]:
    with db.read() as session:
        return store.list_sources(session)


def facts(db: Database) -> list[tuple[object, ...]]:
    return [
        (one.slug, one.name, one.kind, one.url, one.themes, one.audiences, one.active)
        for one in sources(db)
    ]


LIST = opml(
    outline("https://nieuw.example.org/feed", "Nieuw", category="Visie: ontwikkeling,hr-beleid"),
    outline("http://www.bekend.example.org/feed/", "Bekend"),
    outline("https://NIEUW.example.org/feed/?utm_source=x", "Nog eens"),
    outline("javascript:alert(1)", "Kwaad"),
    outline("https://nieuw.example.org/uit.ics", "", category="/kant/school"),
    outline("https://user:secret@example.org/feed", "Met wachtwoord"),
    outline(f"https://lang.example.org/{'a' * 5_000}", "Lang"),
)


@pytest.fixture
def known(db: Database) -> Database:
    add_default_themes(db)
    with db.write() as session:
        factories.make_source(
            session, "bekend", name="Eigen naam", url="https://bekend.example.org/feed"
        )
    return db


def test_a_list_is_judged_line_by_line_and_nothing_is_written(known: Database) -> None:
    report = judge_list(known, LIST)

    assert [(line.outline.line, line.verdict, line.name, line.themes) for line in report.lines] == [
        (2, Verdict.NEW, "Nieuw", ("hr-beleid",)),
        (3, Verdict.KNOWN, "Bekend", ()),
        (4, Verdict.KNOWN, "Nog eens", ()),
        (5, Verdict.BAD, "Kwaad", ()),
        (6, Verdict.NEW, "nieuw.example.org", ()),
        (7, Verdict.BAD, "Met wachtwoord", ()),
        (8, Verdict.BAD, "Lang", ()),
    ]
    assert [line.reason for line in report.of(Verdict.BAD)] == [
        "'javascript:alert(1)' is not an http or https address",
        "the address of example.org holds a user name or password",
        "the address of lang.example.org is longer than 2000 bytes",
    ]
    assert len(sources(known)) == 1


def test_what_is_new_is_followed_and_what_is_known_stays(known: Database) -> None:
    report = import_list(known, LIST, now=START)

    assert [line.verdict for line in report.lines] == [
        *(Verdict.NEW, Verdict.KNOWN, Verdict.KNOWN),
        *(Verdict.BAD, Verdict.NEW, Verdict.BAD, Verdict.BAD),
    ]
    assert facts(known) == [
        ("bekend", "Eigen naam", "feed", "https://bekend.example.org/feed", [], [], True),
        ("nieuw", "Nieuw", "feed", "https://nieuw.example.org/feed", ["hr-beleid"], [], True),
        (
            *("nieuw-example-org", "nieuw.example.org", "agenda"),
            *("https://nieuw.example.org/uit.ics", [], ["school"], True),
        ),
    ]
    assert [one.next_look_at for one in sources(known)] == [None] * 3


def test_a_second_time_brings_nothing(known: Database) -> None:
    import_list(known, LIST, now=START)
    before = facts(known)

    report = import_list(known, LIST, now=START)

    assert report.of(Verdict.NEW) == ()
    assert facts(known) == before


def test_a_list_that_cannot_be_read_brings_nothing(known: Database) -> None:
    with pytest.raises(MalformedSource):
        import_list(known, LIST[:-20], now=START)

    assert len(sources(known)) == 1


def test_an_address_that_a_source_left_is_known(known: Database) -> None:
    with known.write() as session:
        store.get_source(session, "bekend").previous_url = "https://oud.example.org/feed"

    report = judge_list(known, opml(outline("https://oud.example.org/feed")))

    assert [line.verdict for line in report.lines] == [Verdict.KNOWN]


def test_our_own_list_changes_nothing_here_and_brings_the_same_elsewhere(
    known: Database,
) -> None:
    import_list(known, LIST, now=START)
    with known.write() as session:
        factories.make_source(session, "uit", name="A & <B>, ‘C’", active=False, kind="agenda")
        factories.make_source(session, "map", kind="practice", url="/srv/voorbeelden")
    before = facts(known)

    document = export_list(known, title="Bronnen")

    assert import_list(known, document, now=START).of(Verdict.NEW) == ()
    assert facts(known) == before
    assert export_list(known, title="Bronnen") == document
    assert b"/srv/voorbeelden" not in document
    with known.write() as session:
        session.execute(delete(Source))
    import_list(known, document, now=START)
    assert [one[1:] for one in facts(known)] == [one[1:] for one in before if one[2] != "practice"]


def test_what_was_judged_new_can_be_brought_later_as_it_was_judged(known: Database) -> None:
    report = judge_list(known, LIST)

    later = import_list(known, rewritten(report.of(Verdict.NEW), title="Nieuw"), now=START)

    assert [line.verdict for line in later.lines] == [Verdict.NEW, Verdict.NEW]
    assert [(one.name, one.themes, one.audiences) for one in sources(known)[1:]] == [
        ("Nieuw", ["hr-beleid"], []),
        ("nieuw.example.org", [], ["school"]),
    ]


def test_five_thousand_sources_come_in_with_a_handful_of_queries(known: Database) -> None:
    document = opml(*(outline(f"https://{n}.example.org/feed", "Zelfde") for n in range(5_000)))
    began = time.process_time()

    with counted(known.engine) as statements:
        report = import_list(known, document, now=START)

    assert len(report.of(Verdict.NEW)) == 5_000
    assert len({one.slug for one in sources(known)}) == 5_001
    assert time.process_time() - began < PATIENCE_S
    assert len([one for one in statements if one.startswith("SELECT")]) <= 4
