"""Themes and audience are proposed from what an item says, with the reason."""

import pytest

from feeds.propose import MOST_FROM_TEXT, propose
from feeds.theme_terms import THEME_TERMS
from feeds.themes import DEFAULT_THEMES
from feeds.values import ItemKind, ParsedItem

WORDS = {one.label.casefold(): one.slug for one in DEFAULT_THEMES} | {
    one.slug: one.slug for one in DEFAULT_THEMES
}


def item(
    title: str,
    summary: str = "",
    *,
    categories: tuple[str, ...] = (),
    audiences: tuple[str, ...] = (),
) -> ParsedItem:
    return ParsedItem(
        ItemKind.NEWS,
        guid="a",
        title=title,
        summary=summary,
        categories=categories,
        audiences=audiences,
    )


def because(one: ParsedItem) -> dict[str, list[str]]:
    return dict(propose(one, themes=(), audiences=(), words=WORDS).because)


@pytest.mark.parametrize(
    ("title", "reasons"),
    [
        (
            "Nieuwe training voor werkplekbegeleiders in Utrecht",
            {
                "competentieprofiel-werkplekbegeleider": ["text", "werkplekbegeleiders"],
                "school": ["text", "werkplekbegeleiders"],
            },
        ),
        (
            "NVAO start met visitatie van academische opleidingsscholen",
            {"toetsing-nvao": ["text", "NVAO"]},
        ),
        (
            "Subsidie voor opleidingsscholen verlengd tot 2028",
            {"financiering-opleidingsschool": ["text", "Subsidie"]},
        ),
        (
            "Subsidie voor academische opleidingsscholen blijft",
            {
                "financiering-opleidingsschool": ["text", "Subsidie"],
                "financiering-academische-opleidingsschool": ["text", "Subsidie voor academische"],
            },
        ),
        (
            "Masterclass voor lerarenopleiders: begeleidingsmodellen",
            {
                "begeleidingsmodellen": ["text", "begeleidingsmodellen"],
                "lerarenopleiding": ["text", "lerarenopleiders"],
            },
        ),
        (
            "Docenten in een professionele leergemeenschap: hoe begin je?",
            {"professionele-leergemeenschappen": ["text", "leergemeenschap"]},
        ),
        (
            "Leven lang leren: HR-beleid op de opleidingsschool",
            {"hr-beleid": ["text", "Leven lang leren"]},
        ),
        (
            "Drie nieuwe scholen sluiten zich aan",
            {"toetreding-nieuwe-scholen": ["text", "nieuwe scholen"]},
        ),
        (
            "Verbind theorie en praktijk met werkplekleren",
            {"theorie-praktijk": ["text", "theorie en praktijk"]},
        ),
        ("Webinar: een visie op opleiden", {"visie": ["text", "visie op opleiden"]}),
        (
            "Wat levert het onderzoek naar het curriculum op?",
            {
                "onderzoek-naar-curriculum": ["text", "onderzoek naar het curriculum"],
                "curriculumontwikkeling": ["text", "curriculum"],
            },
        ),
        (
            "Schoolopleiders en instituutsopleiders over kwaliteitszorg",
            {"kwaliteitszorg": ["text", "kwaliteitszorg"]},
        ),
        (
            "Informeel leiderschap: wie pakt het op?",
            {"informeel-leiderschap": ["text", "Informeel leiderschap"]},
        ),
        ("Hogeschool Utrecht opent een nieuw gebouw", {}),
        ("Vakantieregeling bekend", {}),
    ],
)  # fmt: skip
def test_a_headline_says_what_it_is_about(title: str, reasons: dict[str, list[str]]) -> None:
    assert because(item(title)) == reasons


@pytest.mark.parametrize(
    "title",
    ["Televisie in de klas", "Supervisie en provisie", "De regisseur vertelt", "Auditieve beperking"
     " en opleidingsschool", "Plgemeenschap", "Herfinanciering van gebouwen", "Thrhm"],
)  # fmt: skip
def test_a_term_inside_another_word_is_none(title: str) -> None:
    assert because(item(title)) == {}


def test_a_title_counts_more_than_a_summary_and_no_more_than_three_are_proposed() -> None:
    one = item(
        "Kwaliteitszorg in de regio",
        "Over accreditatie, subsidie, de kennisbasis en het opleidingsplan. En over subsidie.",
    )

    proposal = propose(one, themes=(), audiences=(), words=WORDS)

    assert proposal.themes == ("kwaliteitszorg", "toetsing-nvao", "financiering-opleidingsschool")
    assert len(proposal.themes) == MOST_FROM_TEXT


def test_a_word_that_says_little_counts_in_a_title_only() -> None:
    assert because(item("Onze visie")) == {"visie": ["text", "visie"]}
    assert because(item("Nieuws", "Dat vraagt om een visie en om coaching.")) == {}


def test_what_the_source_and_its_categories_say_comes_first() -> None:
    one = item(
        "Kwaliteitszorg en visitatie",
        categories=("Kwaliteitszorg", "school"),
        audiences=("school",),
    )

    proposal = propose(one, themes=("visie",), audiences=("lerarenopleiding",), words=WORDS)

    assert proposal.themes == ("visie", "kwaliteitszorg", "toetsing-nvao")
    assert proposal.audiences == ("school",)
    assert proposal.because == {
        "visie": ["source", ""],
        "kwaliteitszorg": ["category", "Kwaliteitszorg"],
        "toetsing-nvao": ["text", "visitatie"],
        "school": ["category", "school"],
    }


def test_the_audience_of_a_source_is_kept_although_a_title_names_a_role() -> None:
    one = item("Dag van de schoolopleider")

    assert propose(one, themes=(), audiences=("lerarenopleiding",), words=WORDS).audiences == (
        "lerarenopleiding",
    )


@pytest.mark.parametrize(
    ("title", "summary", "audiences"),
    [
        ("Dag van de schoolopleider", "", ("school",)),
        ("Dag van de schoolopleider", "Ook instituutsopleiders zijn welkom.", ()),
        ("Dag van de opleider", "Voor alle schoolopleiders.", ()),
        ("Schoolopleiders ontmoeten instituutsopleiders", "", ()),
        ("Bijeenkomst voor docenten", "", ("school",)),
        ("Handreiking voor de lerarenopleidingen", "", ("lerarenopleiding",)),
        ("Universitair docenten over vakdidactiek", "", ("lerarenopleiding",)),
        ("Tekort aan leraren groeit", "", ()),
        ("Opleidingsscholen en lerarenopleidingen werken samen", "", ()),
    ],
)
def test_only_a_title_that_names_the_roles_of_one_side_narrows_the_audience(
    title: str, summary: str, audiences: tuple[str, ...]
) -> None:
    one = item(title, summary)

    assert propose(one, themes=(), audiences=(), words=WORDS).audiences == audiences


def test_only_themes_that_there_are_are_proposed_and_their_labels_count() -> None:
    words = {"toetsing in de praktijk": "toetsing", "toetsing": "toetsing"}

    proposal = propose(
        item("Kwaliteitszorg en toetsing in de praktijk"), themes=(), audiences=(), words=words
    )

    assert dict(proposal.because) == {"toetsing": ["text", "toetsing in de praktijk"]}


def test_every_shipped_theme_has_terms_and_no_other() -> None:
    assert set(THEME_TERMS) == {one.slug for one in DEFAULT_THEMES}
    assert all(THEME_TERMS.values())
