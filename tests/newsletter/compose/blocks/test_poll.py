"""A poll: its answers, and the links that lead each reader to a page of their own."""

from newsletter.compose.blocks import poll
from newsletter.compose.blocks.kind import Frame
from newsletter.compose.render import Renderer, fill
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.poll import answers_of, is_whole
from newsletter.values import EditionKind, Slot
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE, SCHOOL, block
from tests.newsletter.compose.test_render import VALUES

RENDER = Renderer(organisation=Organisation(), base_url=BASE)
ASKED = block(30, "poll", title="Waar heb je het meest aan?", answers="Een\nTwee\n\n  Drie  x ")


def test_answers_are_the_lines_each_once() -> None:
    assert answers_of({"answers": "Een\n\n Twee  woorden \nEen\r\nDrie"}) == (
        "Een",
        "Twee woorden",
        "Drie",
    )
    assert answers_of({}) == ()


def test_poll_is_whole_with_a_question_and_two_to_five_answers() -> None:
    numbers = [
        count
        for count in range(8)
        if is_whole({"title": "Wat?", "answers": "\n".join(map(str, range(count)))})
    ]

    assert numbers == [2, 3, 4, 5]
    assert not is_whole({"title": " ", "answers": "Ja\nNee"})


def test_each_answer_leads_to_the_page_of_its_reader_in_mail_and_text() -> None:
    rendered = RENDER(samples.newsletter(blocks=(ASKED,)), Cut(SCHOOL))

    for part in (rendered.html, rendered.text):
        assert rendered.slots().findall(part).count(Slot.POLL) == 3
        filled = fill(part, rendered, VALUES)
        for number in (1, 2, 3):
            assert f"{VALUES[Slot.POLL]}?antwoord={number}" in filled
    assert "- Drie x:\n  https://x.example.org/peiling/abc?antwoord=3" in fill(
        rendered.text, rendered, VALUES
    )


def test_where_nobody_is_known_there_are_no_links() -> None:
    frame = Frame(base_url="", edition_kind=EditionKind.NEWSLETTER)

    shown = poll.view(ASKED.fields, frame)

    assert [one["text"] for one in shown["answers"]] == ["Een", "Twee", "Drie x"]
    assert {one["url"] for one in shown["answers"]} == {""}


def test_contents_name_the_question() -> None:
    edition = samples.newsletter(blocks=(*samples.newsletter_blocks(), ASKED))

    assert "Peiling      Waar heb je het meest aan?" in RENDER(edition, Cut(SCHOOL)).text
