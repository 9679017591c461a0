from collections.abc import Sequence

from newsletter.compose import propose
from newsletter.values import BlockContent
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import SCHOOL, block, event

LEAD = block(1, "article", lead=True, title="Twee onder één kap, of samen in één huis?")
NEWS = block(2, "article", title="Een profiel voor begeleiders")
FIRST = event(3, "Toetsing", "05-12T13:30", "05-12T16:30")
SECOND = event(4, "Congres", "06-03T09:30", "06-03T16:30")
FOR_SCHOOLS = event(5, "Werkbezoek", "06-03T09:30", "06-03T16:30", SCHOOL)
PRACTICE = block(6, "practice", title="Student en leraar")
REPORT = block(7, "report", title="De NVAO wil zien dat je leert")


def subject(*blocks: BlockContent) -> str:
    return propose.subject(blocks, otherwise="Editie 14")


def test_subject_names_the_opening_and_the_dates() -> None:
    assert subject(LEAD, FIRST, SECOND) == (
        "Twee onder één kap, of samen in één huis? En twee data voor je agenda"
    )
    assert subject(NEWS, FIRST) == "Een profiel voor begeleiders, en één datum voor je agenda"
    assert subject(NEWS) == "Een profiel voor begeleiders"
    assert subject(REPORT) == "De NVAO wil zien dat je leert"
    assert subject(FIRST, SECOND) == "Twee data voor je agenda"
    assert subject() == "Editie 14"


def test_number_is_left_out_when_it_differs_between_readers() -> None:
    assert subject(NEWS, FIRST, FOR_SCHOOLS) == (
        "Een profiel voor begeleiders, en data voor je agenda"
    )


def test_long_title_is_cut_after_a_word() -> None:
    title = "Een heel lange titel die niet in de regel van een postvak past en dus korter moet"

    assert subject(block(1, "article", title=title)) == (
        "Een heel lange titel die niet in de regel van een postvak …"
    )


def test_preheader_says_what_is_in_it() -> None:
    assert propose.preheader([LEAD, NEWS, FIRST, SECOND, PRACTICE]) == (
        "Twee berichten, twee bijeenkomsten in mei en juni en een voorbeeld uit de praktijk."
    )
    assert propose.preheader([NEWS, REPORT]) == "Eén bericht en één verslag."
    assert propose.preheader([FIRST, FOR_SCHOOLS]) == "Bijeenkomsten in mei en juni."
    assert propose.preheader([]) == ""


def test_intro_is_two_short_paragraphs_with_the_title_as_it_is() -> None:
    star = block(1, "article", title="Samen *leren* [nu]")

    assert propose.intro([star, FIRST, PRACTICE]) == (
        "**Samen \\*leren\\* \\[nu\\].** Daar begint deze editie mee.\n\n"
        "Verder vind je één bijeenkomst in mei en een voorbeeld uit de praktijk."
    )
    assert propose.intro([FIRST]) == "In deze editie vind je één bijeenkomst in mei."
    assert propose.intro([]) == ""


def test_words_of_an_announcement() -> None:
    fields = samples.congress().fields

    assert propose.announcement_subject(fields) == (
        "Congres Samen sterker op donderdag 3 juni in Congrescentrum Doorn"
    )
    assert propose.announcement_preheader(fields) == (
        "Een dag over de vraag waarom we samen opleiden, en hoe het beter kan. "
        "Aanmelden tot en met vrijdag 21 mei."
    )


def test_months_over_the_turn_of_the_year() -> None:
    blocks: Sequence[BlockContent] = [
        block(1, "event", starts_at="2027-12-12T10:00+01:00"),
        block(2, "event", starts_at="2028-01-12T10:00+01:00"),
    ]

    assert propose.preheader(blocks) == "Twee bijeenkomsten in december 2027 en januari."


def test_announcement_preheader_fits_an_inbox_with_the_deadline_whole() -> None:
    fields = {
        "summary": "Een dag vol sessies over samen opleiden in de regio. " * 4,
        "starts_at": "2027-06-03T09:30+02:00",
        "register_by": "2027-05-21",
    }

    proposed = propose.announcement_preheader(fields)

    assert len(proposed) <= 110
    assert proposed.endswith(" … Aanmelden tot en met vrijdag 21 mei.")
