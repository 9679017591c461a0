"""Who is found on the list, a page at a time, and by which part of what we know of them."""

import pytest
from sqlalchemy.orm import Session

from subscribers.errors import UnknownSegment
from subscribers.finding import MOST_COUNTED, Found, Wanted, count_found, count_states, find
from subscribers.segments import parse_expression
from subscribers.trees import tree_of
from subscribers.values import SubscriberStatus
from tests.factories import make_readers, make_subscriber
from tests.queries import counted


def where(expression: str) -> Wanted:
    return Wanted(tree_of(parse_expression(expression)))


def found(session: Session, wanted: Wanted) -> list[str]:
    return [row.email for row in find(session, wanted).rows]


def emails(page: Found) -> list[str]:
    return [row.email for row in page.rows]


def add_people(session: Session) -> None:
    make_subscriber(session, "jan.jansen@waal.example.org", region="Oost", role="docent")
    make_subscriber(session, "Mia@example.org", name="Mia Waalkens", region="oost")
    make_subscriber(session, "piet@example.org", organisation="Lyceum Waaloever")
    make_subscriber(session, "100%_echt@example.org", status=SubscriberStatus.UNSUBSCRIBED)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("waal", ["piet@example.org", "Mia@example.org", "jan.jansen@waal.example.org"]),
        ("JANSEN@WAAL", ["jan.jansen@waal.example.org"]),
        ("mia@", ["Mia@example.org"]),
        ("waaloéver", ["piet@example.org"]),
        ("0%_e", ["100%_echt@example.org"]),
        ("%", ["100%_echt@example.org"]),
        ("MIA WAALK", ["Mia@example.org"]),
        ("m%a waal", []),
        ("m/a waal", []),
        ("*", []),
        ("j?n", []),
        ("[j]an", []),
        ("_echt\\", []),
        ("' or 1=1 --", []),
    ],
)
def test_a_part_of_an_address_a_name_or_an_organisation_finds_people(
    session: Session, words: str, expected: list[str]
) -> None:
    add_people(session)

    assert found(session, Wanted(words=words)) == expected


def test_what_people_are_narrows_and_goes_together_with_words(session: Session) -> None:
    add_people(session)

    in_the_east = where("region = oost")

    assert found(session, in_the_east) == ["Mia@example.org", "jan.jansen@waal.example.org"]
    assert found(session, Wanted(in_the_east.tree, "jan")) == ["jan.jansen@waal.example.org"]
    assert found(session, where("status = unsubscribed")) == ["100%_echt@example.org"]
    with pytest.raises(UnknownSegment):
        find(session, where("segment = weg"))


def test_pages_follow_each_other_and_lead_back(session: Session) -> None:
    make_readers(session, 7)

    first = find(session, Wanted(), size=3)
    second = find(session, Wanted(), size=3, older_than=first.rows[-1].id)
    third = find(session, Wanted(), size=3, older_than=second.rows[-1].id)
    back = find(session, Wanted(), size=3, newer_than=third.rows[0].id)
    beginning = find(session, Wanted(), size=3, newer_than=back.rows[0].id)

    assert emails(first) == ["r7@example.org", "r6@example.org", "r5@example.org"]
    assert emails(third) == ["r1@example.org"]
    assert (first.has_newer, first.has_older) == (False, True)
    assert (third.has_newer, third.has_older) == (True, False)
    assert (back, beginning) == (second, first)


def test_the_first_page_is_whole_for_who_comes_back_to_it(session: Session) -> None:
    """People who came in the meantime push it: two before the second page are not a page."""
    make_readers(session, 5)

    assert emails(find(session, Wanted(), size=3, newer_than=3)) == [
        *("r5@example.org", "r4@example.org", "r3@example.org")
    ]


def test_many_are_walked_through_and_not_counted(session: Session) -> None:
    make_readers(session, MOST_COUNTED)
    wanted = Wanted(words="example")

    few = find(session, wanted, size=2, older_than=5)
    make_readers(session, 1, first=MOST_COUNTED + 1)
    many = find(session, wanted, size=2, older_than=5)

    assert (few.count, many.count) == (MOST_COUNTED, None)
    assert emails(few) == emails(many) == ["r4@example.org", "r3@example.org"]
    assert count_found(session, wanted) == MOST_COUNTED + 1
    assert count_found(session, Wanted(ids=(2, 3, 9_999))) == 2
    assert find(session, Wanted(where("audience = school").tree, "r1000@")).count == 0


def test_a_page_needs_as_many_questions_whoever_is_looked_for(session: Session) -> None:
    add_people(session)
    with counted(session.get_bind().engine) as few:
        find(session, Wanted(words="example"))
    make_readers(session, 100)

    with counted(session.get_bind().engine) as many:
        find(session, Wanted(words="example"))

    assert len(few) == len(many)


def test_everybody_is_counted_by_status(session: Session) -> None:
    add_people(session)

    assert count_states(session) == {
        SubscriberStatus.ACTIVE: 3,
        SubscriberStatus.UNSUBSCRIBED: 1,
        SubscriberStatus.PENDING: 0,
        SubscriberStatus.PAUSED: 0,
        SubscriberStatus.SUPPRESSED: 0,
    }
