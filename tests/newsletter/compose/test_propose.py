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
ASKED = block(
    9,
    "practice",
    title="Koppels",
    question="Hoe leert een leraar van een student?",
    partnership="De *Singels*",
)
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


def test_preheader_names_what_the_subject_does_not() -> None:
    visit = block(
        8, "event", type="werkbezoek", location="Lyceum, Ede", starts_at="2027-05-12T13:30+02:00"
    )

    assert propose.preheader([LEAD, NEWS, visit]) == (
        "Een profiel voor begeleiders. Op woensdag 12 mei is er een werkbezoek in Ede."
    )
    assert propose.preheader([LEAD, ASKED, visit]) == (
        "Koppels. Op woensdag 12 mei is er een werkbezoek in Ede."
    )


def test_preheader_sums_up_where_nothing_is_for_everybody() -> None:
    assert propose.preheader([LEAD, NEWS]) == "Twee berichten."
    assert propose.preheader([NEWS, REPORT]) == "Eén bericht en één verslag."
    assert propose.preheader([FIRST, FOR_SCHOOLS]) == "Bijeenkomsten in mei en juni."
    assert propose.preheader([]) == ""


def test_preheader_fits_an_inbox() -> None:
    long = block(8, "article", title="Een titel van vele woorden " * 5)

    assert propose.preheader([LEAD, long, NEWS, FIRST]) == (
        "Een profiel voor begeleiders. Op woensdag 12 mei is er een bijeenkomst."
    )


def test_intro_begins_with_a_question_and_repeats_no_title() -> None:
    address = "Hogeschool *Zuidrand*, Arnhem"
    meeting = block(
        8, "event", type="Themabijeenkomst", location=address, starts_at="2027-05-12T13:30+02:00"
    )

    assert propose.intro([LEAD, ASKED, meeting, SECOND]) == (
        "Hoe leert een leraar van een student? De \\*Singels\\* vertelt hoe het daar gaat.\n\n"
        "Op woensdag 12 mei is er een themabijeenkomst in Arnhem. "
        "Verder vind je één andere datum voor je agenda."
    )


def test_intro_begins_as_a_message_does_when_nothing_was_asked() -> None:
    told = block(
        8, "article", teaser="Zes schoolleiders vertellen hoe zij vragen stellen. Lees mee."
    )

    assert propose.intro([LEAD, told]) == (
        "Zes schoolleiders vertellen hoe zij vragen stellen. Je leest er meer over in deze editie."
    )
    assert propose.intro([LEAD]) == "In deze editie vind je één bericht."
    assert propose.intro([FOR_SCHOOLS]) == "Verder vind je data voor je agenda."
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
