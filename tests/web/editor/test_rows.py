"""What marks an item, and why it has its labels, in words."""

import pytest

from feeds.model import Theme
from feeds.values import ItemStatus
from newsletter.store.inbox import Seen
from tests.factories import make_item
from tests.fakes import START
from web.editor.rows import Row, State, labels_of, reason_for, state_of, theme_choices

THEMES = [
    Theme(slug="visie", number=1, group="Visie", label="Visie"),
    Theme(slug="hr", number=2, group="HR", label="HR-beleid"),
    Theme(slug="leren", number=3, group="HR", label="De lerende organisatie"),
]


def row(*others: str) -> Row:
    """Return an item of source 1 that others gave too."""
    sources = enumerate(("De Bron", *others), start=1)
    seen = tuple(Seen(number, name, f"bron-{number}", START) for number, name in sources)
    item = make_item(1, source_id=1, before={})
    return Row(item, State.WAITING, None, seen, is_new=False, is_changed=False)


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ((), ""),
        (("NRO",), "NRO"),
        (("NRO", "VELON", "OCW"), "NRO, VELON en OCW"),
        (("NRO", "VELON", "OCW", "ADEF"), "NRO, VELON en 2 andere"),
    ],
)
def test_other_sources_are_named_and_many_are_counted(others: tuple[str, ...], told: str) -> None:
    assert row(*others).also_at == told


@pytest.mark.parametrize(
    ("because", "reason"),
    [
        ({}, ""),
        ({"visie": ["source", ""]}, "want zo staat de bron ingesteld"),
        ({"visie": ["category", "Beleid"]}, "want de bron noemt ‘Beleid’ als trefwoord"),
        ({"visie": ["text", "Titel"]}, "want ‘Titel’ staat in de titel"),
        ({"visie": ["text", "tekst 1"]}, "want ‘tekst 1’ staat in de tekst"),
    ],
)
def test_a_proposal_says_why(because: dict[str, list[str]], reason: str) -> None:
    assert reason_for(make_item(1, because=because), "visie") == reason


def test_both_sides_proposed_is_everybody() -> None:
    both = {"school": ["source", ""], "lerarenopleiding": ["source", ""]}
    item = make_item(1, because=both, themes=[], audiences=[])

    labels = labels_of(item, THEMES)

    assert (labels.audience, labels.reason) == (
        "",
        "Voorstel: iedereen, want zo staat de bron ingesteld.",
    )


def test_proposed_themes_go_first_then_chosen_ones_then_the_rest_by_group() -> None:
    first, others = theme_choices(THEMES, on=["visie"], reasons={"leren": "want zo"})

    assert [(one.slug, one.is_on) for one in first] == [("leren", False), ("visie", True)]
    assert [(group, [one.slug for one in some]) for group, some in others] == [("HR", ["hr"])]


@pytest.mark.parametrize(
    ("status", "block_id", "has_draft", "state"),
    [
        (ItemStatus.NEW, 7, True, State.TAKEN),
        (ItemStatus.ACCEPTED, None, False, State.TAKEN),
        (ItemStatus.ACCEPTED, None, True, State.CHOSEN),
        (ItemStatus.NEW, None, True, State.WAITING),
        (ItemStatus.PARKED, None, False, State.PARKED),
        (ItemStatus.REFUSED, None, True, State.REFUSED),
        (ItemStatus.WITHDRAWN, None, False, State.WITHDRAWN),
    ],
)
def test_where_an_item_stands(
    status: ItemStatus,
    block_id: int | None,
    has_draft: bool,  # noqa: FBT001 - a case
    state: State,
) -> None:
    item = make_item(1, status=status)

    assert state_of(item, block_id=block_id, has_draft=has_draft) is state
