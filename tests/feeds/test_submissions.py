"""What readers send in: only what they agreed to is public, and who withdraws is forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from feeds import shown, submissions
from feeds.errors import (
    ItemUnusable,
    SubmissionChanged,
    SubmissionMoveNotAllowed,
    UnknownSource,
    UnknownSubmission,
)
from feeds.examples import example_in, mark_of
from feeds.model import Image, Item, Submission
from feeds.sent_in import count_by_state, edited_in, get_submission, told_in
from feeds.submissions import DECLINED_KEPT, MOST_A_DAY, UNCONFIRMED_KEPT, UNDECIDED_KEPT
from feeds.values import SUBMISSION_MOVES, ItemKind, ItemStatus, SubmissionStatus
from storage.session import Database
from tests.fakes import START, FakeClock
from tests.feeds.sending_in import (
    PERMISSION,
    SENDER,
    TOLD,
    a_picture,
    bring_to_agreement,
    mark,
    publish,
    send_in,
)

S = SubmissionStatus


def state_of(db: Database, submission_id: int) -> SubmissionStatus:
    with db.read() as session:
        return get_submission(session, submission_id).state


def item_of(db: Database, item_id: int) -> Item:
    with db.read() as session:
        item = session.get_one(Item, item_id)
        session.refresh(item, ["image"])
        return item


def everything_stored(db: Database) -> str:
    """Return all that the two tables hold, as one text."""
    with db.read() as session:
        rows = [
            *session.execute(text("select * from submission")),
            *session.execute(text("select * from item")),
        ]
    return str([tuple(row) for row in rows])


def test_what_a_reader_wrote_is_kept_with_the_words_agreed_to(db: Database) -> None:
    submission_id = send_in(db, with_picture=True)

    with db.read() as session:
        row = get_submission(session, submission_id)
    assert (row.state, row.email, row.created_at) == (S.UNCONFIRMED, SENDER, START)
    assert (row.permission_version, row.permission_text) == (PERMISSION.version, PERMISSION.text)
    assert told_in(row) == replace(TOLD, image=a_picture().digest)
    assert (row.partnership, row.themes, row.audiences, row.links) == (
        TOLD.partnership,
        ["begeleidingsmodellen"],
        ["school"],
        ["https://example.org/kaart.pdf"],
    )


def test_confirming_hands_it_to_the_editors_once(db: Database, clock: FakeClock) -> None:
    submission_id = send_in(db)

    assert submissions.confirm(db, submission_id, now=clock.later(hours=1))
    assert submissions.confirm(db, submission_id, now=clock.later(hours=1))

    with db.read() as session:
        row = get_submission(session, submission_id)
    assert (row.state, row.confirmed_at) == (S.WAITING, START + timedelta(hours=1))
    assert not submissions.confirm(db, 99, now=START)


def test_an_address_sends_in_only_so_many_a_day(db: Database, clock: FakeClock) -> None:
    for number in range(MOST_A_DAY):
        send_in(db, email=SENDER.upper() if number else SENDER)

    refused = submissions.receive(
        db,
        name="Noor",
        email=SENDER,
        told=TOLD,
        picture=None,
        permission=PERMISSION,
        now=START,
    )
    assert refused is None
    send_in(db, email="ander@example.org")
    send_in(db, now=clock.later(days=1, minutes=1))


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"title": " "}, ItemUnusable),
        ({"links": ("javascript:alert(1)",)}, ItemUnusable),
        ({"links": ("https://example.org/",) * 6}, ItemUnusable),
        ({"themes": ("geen-thema",)}, UnknownSource),
    ],
)
def test_what_no_page_can_show_is_not_taken_in(
    db: Database, wrong: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        send_in(db, replace(TOLD, **wrong))  # type: ignore[arg-type]  # one field a case

    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 0


def test_the_first_edited_version_is_proposed_from_the_readers_words(db: Database) -> None:
    submission_id = send_in(db)

    with db.read() as session:
        proposed = edited_in(get_submission(session, submission_id))

    assert proposed == replace(
        TOLD,
        approach="We keken bij elkaar in de les. Daarna spraken we een uur.",
        image_alt="",
    )


def test_published_is_exactly_what_was_agreed_to(db: Database) -> None:
    submission_id, item_id = publish(db, with_picture=True)

    with db.read() as session:
        row = get_submission(session, submission_id)
    item = item_of(db, item_id)
    assert (row.state, row.item_id) == (S.PUBLISHED, item_id)
    assert mark_of(example_in(item)) == row.agreed_mark
    assert (item.kind, item.status, item.title, item.source_id) == (
        ItemKind.PRACTICE,
        ItemStatus.ACCEPTED,
        "De beginner leert de begeleider iets nieuws",
        None,
    )
    assert item.summary == TOLD.question
    assert item.details["links"] == ["https://example.org/kaart.pdf"]
    assert item.image is not None


def test_nothing_is_public_without_agreement(db: Database) -> None:
    submission_id = send_in(db)
    submissions.confirm(db, submission_id, now=START)

    with pytest.raises(SubmissionMoveNotAllowed):
        submissions.publish(db, submission_id, now=START)
    submissions.ask(db, submission_id, seen=mark(db, submission_id), now=START)
    with pytest.raises(SubmissionMoveNotAllowed):
        submissions.publish(db, submission_id, now=START)

    with db.read() as session:
        assert shown.count_practice_examples(session) == 0


def test_an_edit_voids_the_agreement_and_asks_again(db: Database) -> None:
    submission_id = send_in(db)
    bring_to_agreement(db, submission_id)
    agreed = mark(db, submission_id)

    with db.read() as session:
        edited = edited_in(get_submission(session, submission_id))
    submissions.edit(db, submission_id, replace(edited, result="Meer."), seen=agreed, now=START)

    assert state_of(db, submission_id) is S.WAITING
    with pytest.raises(SubmissionMoveNotAllowed):
        submissions.publish(db, submission_id, now=START)
    with pytest.raises(SubmissionChanged):
        submissions.agree(db, submission_id, mark=agreed, now=START)


def test_saving_without_a_change_voids_nothing(db: Database) -> None:
    submission_id = send_in(db)
    bring_to_agreement(db, submission_id)

    with db.read() as session:
        edited = edited_in(get_submission(session, submission_id))
    submissions.edit(db, submission_id, edited, seen=mark(db, submission_id), now=START)

    assert state_of(db, submission_id) is S.AGREED


def test_an_agreement_that_was_tampered_with_publishes_nothing(db: Database) -> None:
    submission_id = send_in(db)
    bring_to_agreement(db, submission_id)
    with db.write() as session:
        row = session.get_one(Submission, submission_id)
        row.edited = {**row.edited, "title": "Iets heel anders"}

    with pytest.raises(SubmissionChanged):
        submissions.publish(db, submission_id, now=START)

    assert state_of(db, submission_id) is S.AGREED


def test_of_two_editors_at_once_the_first_wins(db: Database) -> None:
    submission_id = send_in(db)
    submissions.confirm(db, submission_id, now=START)
    seen = mark(db, submission_id)
    submissions.edit(db, submission_id, replace(TOLD, title="Eerst"), seen=seen, now=START)

    with pytest.raises(SubmissionChanged):
        submissions.edit(db, submission_id, replace(TOLD, title="Later"), seen=seen, now=START)

    with db.read() as session:
        assert edited_in(get_submission(session, submission_id)).title == "Eerst"


def test_an_unconfirmed_one_is_nobodys_to_edit(db: Database) -> None:
    submission_id = send_in(db)

    with pytest.raises(SubmissionMoveNotAllowed):
        submissions.edit(db, submission_id, TOLD, seen=mark(db, submission_id), now=START)


def test_a_remark_brings_it_back_to_the_editors(db: Database) -> None:
    submission_id = send_in(db)
    bring_to_agreement(db, submission_id)

    submissions.remark(db, submission_id, "Noem onze school niet.", now=START)

    with db.read() as session:
        row = get_submission(session, submission_id)
    assert (row.state, row.remark, row.agreed_mark) == (S.WAITING, "Noem onze school niet.", "")


def test_a_new_version_of_what_is_public_waits_while_the_old_one_stays(db: Database) -> None:
    submission_id, item_id = publish(db)
    with db.read() as session:
        edited = edited_in(get_submission(session, submission_id))
    newer = replace(edited, title="Nog beter")

    submissions.edit(db, submission_id, newer, seen=mark_of(edited), now=START)
    assert item_of(db, item_id).title == edited.title
    submissions.ask(db, submission_id, seen=mark_of(newer), now=START)
    submissions.agree(db, submission_id, mark=mark_of(newer), now=START)
    assert submissions.publish(db, submission_id, now=START) == item_id

    assert item_of(db, item_id).title == "Nog beter"


def test_the_editors_may_leave_a_picture_out_and_bring_no_other(db: Database) -> None:
    submission_id = send_in(db, with_picture=True)
    submissions.confirm(db, submission_id, now=START)
    other = replace(TOLD, image="f" * 64)

    submissions.edit(db, submission_id, other, seen=mark(db, submission_id), now=START)

    with db.read() as session:
        edited = edited_in(get_submission(session, submission_id))
    assert (edited.image, edited.image_alt) == ("", "")


def test_what_is_public_is_not_declined(db: Database) -> None:
    submission_id, _ = publish(db)

    with pytest.raises(SubmissionMoveNotAllowed):
        submissions.decline(db, submission_id, "Toch niet.", now=START)


def test_who_withdraws_is_forgotten_and_so_is_the_example(db: Database) -> None:
    submission_id, item_id = publish(db, with_picture=True)

    assert submissions.withdraw(db, submission_id, now=START)
    assert submissions.withdraw(db, submission_id, now=START)

    item = item_of(db, item_id)
    assert (item.status, item.title, item.details, item.image_id) == ("withdrawn", "", {}, None)
    with db.read() as session:
        row = get_submission(session, submission_id)
        assert session.scalar(select(func.count()).select_from(Image)) == 0
        assert shown.practice_examples(session, limit=9) == []
        with pytest.raises(UnknownSource):
            shown.get_shown(session, item_id, ItemKind.PRACTICE)
    assert (row.state, row.name, row.email, row.image_id) == (S.WITHDRAWN, "", "", None)
    stored = everything_stored(db)
    for word in ("Noor", "example.org", "begeleider iets", "Tussendeur", "Twee docenten"):
        assert word not in stored
    assert "begeleidingsmodellen" in stored


def test_a_picture_that_another_uses_too_stays(db: Database) -> None:
    first, _ = publish(db, with_picture=True)
    other = send_in(db, email="ander@example.org", with_picture=True)

    submissions.withdraw(db, first, now=START)

    with db.read() as session:
        assert get_submission(session, other).image is not None


def test_nothing_can_be_done_with_what_was_withdrawn(db: Database) -> None:
    submission_id, _ = publish(db)
    submissions.withdraw(db, submission_id, now=START)
    seen = mark(db, submission_id)

    assert not submissions.confirm(db, submission_id, now=START)
    with pytest.raises(SubmissionMoveNotAllowed):
        submissions.edit(db, submission_id, TOLD, seen=seen, now=START)
    with pytest.raises(SubmissionMoveNotAllowed):
        submissions.remark(db, submission_id, "Toch wel.", now=START)
    with pytest.raises(SubmissionMoveNotAllowed):
        submissions.publish(db, submission_id, now=START)


def test_what_was_not_confirmed_goes_after_fourteen_days(db: Database) -> None:
    old = send_in(db, with_picture=True)
    young = send_in(db, email="later@example.org", now=START + timedelta(days=1))
    kept = send_in(db, email="trouw@example.org")
    submissions.confirm(db, kept, now=START)

    erased = submissions.clean_up(db, now=START + UNCONFIRMED_KEPT + timedelta(minutes=1))

    assert erased.as_counts() == {
        "submissions_unconfirmed": 1,
        "submissions_undecided": 0,
        "submissions_images": 1,
    }
    with pytest.raises(UnknownSubmission):
        state_of(db, old)
    assert (state_of(db, young), state_of(db, kept)) == (S.UNCONFIRMED, S.WAITING)


@pytest.mark.parametrize(("is_declined", "days"), [(True, DECLINED_KEPT), (False, UNDECIDED_KEPT)])
def test_who_sent_what_led_to_nothing_is_forgotten(
    db: Database, *, is_declined: bool, days: timedelta
) -> None:
    submission_id = send_in(db, with_picture=True)
    submissions.confirm(db, submission_id, now=START)
    if is_declined:
        submissions.decline(db, submission_id, "Het gaat over iets anders.", now=START)

    early = submissions.clean_up(db, now=START + days)
    erased = submissions.clean_up(db, now=START + days + timedelta(minutes=1))
    again = submissions.clean_up(db, now=START + days + timedelta(days=1))

    assert [one.undecided for one in (early, erased, again)] == [0, 1, 0]
    assert erased.images == 1
    assert state_of(db, submission_id) is S.DECLINED
    stored = everything_stored(db)
    assert "Noor" not in stored
    assert "example.org" not in stored


def test_what_is_public_is_kept_however_long(db: Database) -> None:
    submission_id, item_id = publish(db)

    submissions.clean_up(db, now=START + timedelta(days=3000))

    assert state_of(db, submission_id) is S.PUBLISHED
    assert item_of(db, item_id).status == ItemStatus.ACCEPTED


def test_every_state_has_its_moves_and_the_last_ones_have_none(db: Database) -> None:
    assert set(SUBMISSION_MOVES) == set(S)
    assert SUBMISSION_MOVES[S.WITHDRAWN] == frozenset()
    publish(db)
    with db.read() as session:
        counts = count_by_state(session)
    assert counts == {state: int(state is S.PUBLISHED) for state in S}
