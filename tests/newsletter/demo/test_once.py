"""The whole way, for real: partners over HTTP, mail over SMTP, and the mails read back."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
import structlog

from newsletter.demo.errors import DemoRunning, NotADemo
from newsletter.demo.mailbox import part_text
from newsletter.demo.once import go_the_whole_way, run_once
from newsletter.demo.once_report import OnceReport
from newsletter.demo.opening import opened
from newsletter.demo.reading import read_letter
from newsletter.store.editions import content_of, get_edition
from newsletter.values import EditionStatus
from storage.session import Database
from subscribers.importing import import_file
from subscribers.values import Audience
from tests.fakes import START

pytestmark = pytest.mark.long

BASE_URL = "http://127.0.0.1:8000"


@pytest.fixture
def environ(database_url: str) -> Mapping[str, str]:
    return {
        "NEWSLETTER_DATABASE_URL": database_url,
        "NEWSLETTER_NOW": "2026-11-24T10:00:00+01:00",
        "NEWSLETTER_SMTP_URL": "smtps://somebody:secret@mail.example.org",
    }


@pytest.fixture
def default_logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def go(environ: Mapping[str, str], data_dir: Path) -> OnceReport:
    with opened(environ, data_dir=data_dir, base_url=BASE_URL) as demo:
        return go_the_whole_way(demo)


def test_twice_is_once_and_next_week_is_new(environ: Mapping[str, str], tmp_path: Path) -> None:
    first = go(environ, tmp_path)
    second = go(environ, tmp_path)
    later = go({**environ, "NEWSLETTER_NOW": "2026-12-01T10:00:00+01:00"}, tmp_path)

    for report in (first, second, later):
        assert report.passed, (report.wrong, report.letters)
        assert report.figures.state is EditionStatus.SENT
        assert report.figures.sent == report.caught == 200
        assert [letter.audience for letter in report.letters] == [*Audience, None]
    assert (first.sent_before, second.sent_before, later.sent_before) == (False, True, False)
    assert (first.caught_now, second.caught_now, later.caught_now) == (200, 0, 200)
    assert first.gathered.new > 60
    assert first.gathered.updated == 2  # the calendar, after it changed
    assert (second.gathered.new, second.gathered.updated) == (0, 0)
    assert {one.outcome for one in second.gathered.sources} == {"not_modified"}
    assert later.gathered.new == 5  # what the partners wrote since
    assert first.figures.id == second.figures.id != later.figures.id


def test_each_side_has_words_of_its_own(environ: Mapping[str, str], tmp_path: Path) -> None:
    school, institute, neither = go(environ, tmp_path).letters

    assert school.own_words
    assert institute.own_words
    assert not set(school.own_words) & set(institute.own_words)
    assert neither.own_words == ()


def test_the_checks_find_only_that_the_sender_is_an_example(
    environ: Mapping[str, str], tmp_path: Path
) -> None:
    with opened(environ, data_dir=tmp_path, base_url=BASE_URL) as demo:
        edition_id = go_the_whole_way(demo).figures.id
        services = demo.services
        with services.db.read() as session:
            sent_at = get_edition(session, edition_id).started_at

        assert sent_at is not None
        found = services.preflight(edition_id, now=sent_at)
        assert [one.rule for one in found] == ["domain.example"]


def test_wrong_variant_is_noticed(environ: Mapping[str, str], tmp_path: Path) -> None:
    with opened(environ, data_dir=tmp_path, base_url=BASE_URL) as demo:
        report = go_the_whole_way(demo)
        message = demo.mailbox.message(report.letters[0].number)
        with demo.services.db.read() as session:
            content = content_of(get_edition(session, report.figures.id, with_blocks=True))
    assert isinstance(message, EmailMessage)
    assert part_text(message, "html")
    del message["List-Unsubscribe-Post"]

    letter = read_letter(message, number="1", content=content, audience=Audience.TEACHER_EDUCATION)

    assert "no one-click unsubscribe" in letter.wrong
    assert any(wrong.startswith("text part lacks") for wrong in letter.wrong)
    assert any(wrong.startswith("has another side's") for wrong in letter.wrong)
    assert not replace(report, letters=(letter,)).passed


def test_command_prints_a_short_report_and_ends_with_its_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], default_logging: None
) -> None:
    status = run_once(data_dir=tmp_path)

    printed = capsys.readouterr().out
    assert status == 0
    assert "sent to 200 readers" in printed
    assert len(re.findall(r"^(school|lerarenopleiding|neither) +\d{8} +good", printed, re.M)) == 3
    assert float(re.findall(r"All is well \(([\d.]+) s\)", printed)[0]) < 30


def test_second_demo_in_one_folder_is_refused(environ: Mapping[str, str], tmp_path: Path) -> None:
    with (
        opened(environ, data_dir=tmp_path, base_url=BASE_URL),
        pytest.raises(DemoRunning, match="--data-dir"),
        opened(environ, data_dir=tmp_path, base_url=BASE_URL),
    ):
        pass


def test_somebodys_real_readers_are_left_alone(
    environ: Mapping[str, str], db: Database, tmp_path: Path
) -> None:
    path = tmp_path / "real.csv"
    path.write_text("email\niemand@example.org\n", encoding="utf-8")
    import_file(db, path, ground="Aangemeld", key=b"k" * 32, now=START)

    with (
        pytest.raises(NotADemo, match="nothing was added"),
        opened(environ, data_dir=tmp_path, base_url=BASE_URL),
    ):
        pass
