import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from newsletter.compose.render import Renderer, fill
from newsletter.compose.templates import TEMPLATES
from newsletter.cut import Cut
from newsletter.errors import SettingWrong
from newsletter.identity import Organisation
from newsletter.values import AtSource, BlockContent, EditionContent, Level, Slot
from subscribers.values import Audience
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE, INSTITUTE, SCHOOL, block

SNAPSHOTS = Path(__file__).parent.parent.parent / "data" / "snapshots"
EDITIONS = {"newsletter": samples.newsletter(), "announcement": samples.announcement()}
VALUES = {
    Slot.UNSUBSCRIBE: "https://x.example.org/afmelden/abc",
    Slot.PREFERENCES: "https://x.example.org/voorkeuren/abc",
    Slot.REASON: "Omdat je je hebt aangemeld.",
    Slot.POLL: "https://x.example.org/peiling/abc",
}
# The link to one's preferences stands there twice: it also leads to why somebody gets this.
ALWAYS = [*set(Slot) - {Slot.POLL}, Slot.PREFERENCES]


@pytest.fixture(scope="module")
def render() -> Renderer:
    return Renderer(organisation=Organisation(), base_url=BASE)


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("audience", [None, SCHOOL, INSTITUTE])
def test_text_part_is_as_its_snapshot(
    render: Renderer, name: str, audience: Audience | None
) -> None:
    rendered = render(EDITIONS[name], Cut(audience))

    path = SNAPSHOTS / f"{name}-{audience or 'overig'}.txt"
    assert fill(rendered.text, rendered, VALUES) == path.read_text(encoding="utf-8")
    assert rendered.problems == ()


def test_each_audience_gets_its_own_blocks(render: Renderer) -> None:
    edition = samples.newsletter(
        blocks=(
            block(1, "article", title="Voor allen"),
            block(2, "article", SCHOOL, title="Voor scholen alleen"),
            block(3, "article", INSTITUTE, title="Voor instituten alleen"),
        )
    )

    seen = {
        audience: [
            title for title in _titles(edition) if title in render(edition, Cut(audience)).html
        ]
        for audience in (None, SCHOOL, INSTITUTE)
    }

    assert seen == {
        None: ["Voor allen"],
        SCHOOL: ["Voor allen", "Voor scholen alleen"],
        INSTITUTE: ["Voor allen", "Voor instituten alleen"],
    }


def test_same_content_gives_the_same_bytes(render: Renderer) -> None:
    again = Renderer(organisation=Organisation(), base_url=BASE)

    assert render(samples.newsletter(), Cut(SCHOOL)) == again(samples.newsletter(), Cut(SCHOOL))


def test_marker_changes_with_the_content(render: Renderer) -> None:
    one = render(samples.newsletter(), Cut(SCHOOL))
    other = render(samples.newsletter(subject="Iets anders"), Cut(SCHOOL))

    assert re.fullmatch(r"slot[0-9a-f]{16}", one.marker)
    assert one.marker != other.marker


@pytest.mark.parametrize("name", EDITIONS)
def test_what_a_source_says_later_is_not_in_the_mail(render: Renderer, name: str) -> None:
    later = AtSource(
        title="Anders",
        location="Ede",
        starts_at=None,
        cancelled=True,
        has_vanished=True,
        status="withdrawn",
        before={"title": "Eerst"},
    )
    content = EDITIONS[name]
    blocks = tuple(replace(one, at_source=later) for one in content.blocks)

    assert render(replace(content, blocks=blocks), Cut(None)) == render(content, Cut(None))


@pytest.mark.parametrize("name", EDITIONS)
def test_every_slot_stands_in_both_parts_and_can_be_filled(render: Renderer, name: str) -> None:
    rendered = render(EDITIONS[name], Cut(SCHOOL))

    for part in (rendered.html, rendered.text):
        assert sorted(rendered.slots().findall(part)) == sorted(ALWAYS)
        filled = fill(part, rendered, VALUES)
        assert rendered.marker not in filled
        assert all(VALUES[slot] in filled for slot in ALWAYS)


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("audience", [None, SCHOOL, INSTITUTE])
def test_html_is_fit_to_send(render: Renderer, name: str, audience: Audience | None) -> None:
    rendered = render(EDITIONS[name], Cut(audience))
    page = _read(rendered.html)

    assert len(rendered.html.encode()) < 92_160
    assert "fonts.googleapis" not in rendered.html
    assert '<html lang="nl" dir="ltr"' in rendered.html
    assert f"<title>{rendered.subject}</title>" in rendered.html
    assert "prefers-color-scheme: dark" in rendered.html
    assert max(len(line) for line in rendered.html.splitlines()) < 20_000
    assert all(re.fullmatch(r"\d+", image["width"] or "") for image in page.of("img"))
    assert all("alt" in image and "font-size:16px" in image["style"] for image in page.of("img"))
    assert all("color:" in link["style"] for link in page.of("a"))
    assert not [tag for tag, attributes in page.tags if "target" in attributes]
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert page.skipped_headings() == []


@pytest.mark.parametrize("name", EDITIONS)
def test_every_link_of_the_html_stands_in_the_text(render: Renderer, name: str) -> None:
    rendered = render(EDITIONS[name], Cut(SCHOOL))
    links = {link["href"].removeprefix("mailto:") for link in _read(rendered.html).of("a")}

    # The table of contents leads to places in the web edition, which the text names once.
    whole = {re.sub(r"(/archief/\d+)#.*", r"\1", link) for link in links}
    assert [link for link in whole if link not in rendered.text] == []


def test_sections_are_opened_once_however_the_blocks_stand(render: Renderer) -> None:
    mixed = tuple(reversed(samples.newsletter_blocks()))

    rendered = render(samples.newsletter(blocks=mixed), Cut(SCHOOL))

    openers = re.findall(r"^(\w[^\n]*)\n=+$", rendered.text, re.MULTILINE)
    assert len(openers) == len(set(openers)) == 8


def test_contents_stand_in_an_edition_of_four_sections(render: Renderer) -> None:
    by_section = [("article", True), ("article", False), ("event", False), ("practice", False)]
    moment = "2027-05-12T13:30+02:00"
    blocks = tuple(
        block(number, kind, title=f"Titel {number}", lead=lead, starts_at=moment)
        for number, (kind, lead) in enumerate(by_section, 1)
    )
    edition = samples.newsletter(blocks=blocks)

    assert "In deze editie\n==" in render(edition, Cut(None)).text
    for short in (replace(edition, blocks=blocks[:3]), replace(edition, without=("contents",))):
        rendered = render(short, Cut(None))
        assert "In deze editie" not in rendered.text
        assert ">In deze editie</h2>" not in rendered.html


def test_colofon_can_be_left_out_and_the_footer_cannot(render: Renderer) -> None:
    without = replace(samples.newsletter(), without=("colofon", "footer", "masthead"))

    rendered = render(without, Cut(SCHOOL))

    assert "Colofon" not in rendered.text
    assert ">Colofon</h2>" not in rendered.html
    for part in (rendered.text, rendered.html):
        assert "Editie 14" in part
        assert sorted(rendered.slots().findall(part)) == sorted(ALWAYS)


def test_words_and_colours_come_from_the_organisation() -> None:
    organisation = Organisation(
        name="Samen & Co",
        name_lines=("Samen", "& Co"),
        newsletter_title="Leraarspost",
        postal_address="Plein 2, 5678 CD Elders",
        contact="post@elders.example.org",
        tagline="Voor wie opleidt.",
        colours={"school": "#114477", "school_dark": "#99bbff"},
    )
    rendered = Renderer(organisation=organisation, base_url=BASE)(samples.newsletter(), Cut(SCHOOL))

    for literal in ("Steunpunt", "Nieuwsbrief", "0b5b6b", "74c7d6", "redactie@example.org"):
        assert literal not in rendered.html
    for own in ("Samen &#38; Co", "Leraarspost", "#114477", "#99bbff", "post@elders.example.org"):
        assert own in rendered.html


def test_colour_that_is_none_is_refused() -> None:
    with pytest.raises(SettingWrong, match=r"organisation\.colours\.school"):
        Renderer(organisation=Organisation(colours={"school": "red;}"}), base_url=BASE)


def test_block_that_cannot_be_shown_is_named_and_the_rest_is_there(render: Renderer) -> None:
    broken = BlockContent(7, "event", None, {"title": "Zonder begin", "starts_at": "ooit"})
    unknown = BlockContent(8, "?", None, {"title": "Peiling"})
    edition = samples.newsletter(blocks=(block(1, "article", title="Heel"), broken, unknown))

    rendered = render(edition, Cut(None))

    assert "Heel" in rendered.html
    assert "Zonder begin" not in rendered.html
    assert [(one.rule, one.level, one.where) for one in rendered.problems] == [
        ("render.block", Level.ERROR, "block 7"),
        ("render.block", Level.ERROR, "block 8"),
    ]
    assert "Bijeenkomst “Zonder begin”" in rendered.problems[0].message


def test_block_that_mjml_refuses_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "email"
    shutil.copytree(TEMPLATES, folder)
    (folder / "blocks/practice/block.mjml").write_text("<mj-section><mj-column><p></mj-section>")
    render = Renderer(organisation=Organisation(), base_url=BASE, templates=folder)

    rendered = render(samples.newsletter(), Cut(SCHOOL))

    assert [one.where for one in rendered.problems] == ["block 11"]
    assert "Kijken bij een academische opleidingsschool" in rendered.html


def test_an_edition_with_nothing_in_it_is_found(render: Renderer) -> None:
    rendered = render(samples.newsletter(blocks=()), Cut(None))

    assert [problem.rule for problem in rendered.problems] == ["render.empty"]


def test_second_link_of_a_source_gets_its_own_words(render: Renderer) -> None:
    links = _read(render(samples.newsletter(), Cut(SCHOOL)).html).links()

    words = [text for url, text in links if "nieuws.example.org" in url]
    assert words == [
        "Lees verder bij Voorbeeldraad",
        "Lees ‘Liever vinden wat er al is dan iets nieuws maken’",
    ]


def test_mjml_of_an_edition_can_be_had(render: Renderer) -> None:
    mjml = render.mjml(samples.newsletter(), Cut(SCHOOL))

    assert mjml.isascii()
    assert mjml.lstrip().startswith("<mjml")


def test_title_of_an_edition_stands_below_that_of_the_newsletter(render: Renderer) -> None:
    titled = replace(samples.newsletter(), title="Over samen beginnen")

    assert "Over samen beginnen" in render(titled, Cut(None)).html
    assert render(samples.newsletter(), Cut(None)).text.count("Editie 14") == 1


def _titles(edition: EditionContent) -> list[str]:
    return [str(block.fields["title"]) for block in edition.blocks]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._texts.append("")

    def handle_data(self, data: str) -> None:
        if self._texts:
            self._texts[-1] += data

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def links(self) -> list[tuple[str, str]]:
        return [
            (attributes["href"], text.strip())
            for (tag, attributes), text in zip(self.tags, self._texts, strict=True)
            if tag == "a"
        ]

    def skipped_headings(self) -> list[str]:
        levels = [int(tag[1]) for tag, _ in self.tags if re.fullmatch("h[1-6]", tag)]
        return [
            f"h{before} to h{after}" for before, after in pairwise(levels) if after > before + 1
        ]


def _read(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    return page


def test_picture_on_another_host_is_never_loaded(render: Renderer) -> None:
    foreign = block(
        1, "article", title="Nieuws", lead=True, image="https://elders.example.org/p.png"
    )

    rendered = render(samples.newsletter(blocks=(foreign,)), Cut(None))

    assert "elders.example.org" not in rendered.html


@pytest.mark.parametrize("kind", ["article", "practice", "publication"])
def test_the_picture_of_an_item_is_shown_once_it_is_described(render: Renderer, kind: str) -> None:
    path = f"/beeld/{'a1' * 32}.jpg"
    offered = block(1, kind, title="Titel", lead=True, offered_image=path)

    silent = render(samples.newsletter(blocks=(offered,)), Cut(None))
    described = replace(offered, fields={**offered.fields, "image_alt": "Een docent & een bord"})
    shown = render(samples.newsletter(blocks=(described,)), Cut(None))

    assert path not in silent.html
    (picture,) = [one for one in _read(shown.html).of("img") if path in str(one["src"])]
    assert (picture["src"], picture["alt"]) == (f"{BASE}{path}", "Een docent & een bord")


@pytest.mark.parametrize("kind", ["article", "practice", "publication"])
def test_a_picture_that_only_decorates_is_shown_without_a_description(
    render: Renderer, kind: str
) -> None:
    path = f"/beeld/{'a1' * 32}.jpg"
    given = {"image_decorative": "ja", "image_alt": "Dit leest niemand"}
    decorates = block(1, kind, title="Titel", lead=True, offered_image=path, **given)

    shown = render(samples.newsletter(blocks=(decorates,)), Cut(None))

    (picture,) = [one for one in _read(shown.html).of("img") if path in str(one["src"])]
    assert picture["alt"] == ""
    assert "Dit leest niemand" not in shown.html + shown.text


@pytest.mark.parametrize(
    "path", ["//elders.example.org/beeld/x.jpg", "/beeld/../geheim", "/beeld/x.svg", "javascript:1"]
)
def test_an_offered_picture_is_one_of_ours_or_none(render: Renderer, path: str) -> None:
    odd = block(1, "article", title="T", lead=True, offered_image=path, image_alt="Iets")

    assert path not in render(samples.newsletter(blocks=(odd,)), Cut(None)).html


LONG = "een heel lange naam met veel woorden die nergens ophoudt en dan toch nog doorgaat"


@pytest.mark.parametrize(
    "shown",
    [
        block(1, "article", SCHOOL, title="Kort", source=LONG, published_on="2027-04-15"),
        block(1, "practice", SCHOOL, title=LONG, partnership=LONG, item_id=31),
        replace(
            samples.congress(),
            fields={**samples.congress().fields, "location": LONG, "type": LONG},
        ),
    ],
    ids=lambda one: one.kind,
)
@pytest.mark.parametrize("name", EDITIONS)
def test_lines_of_the_text_part_fit(name: str, shown: BlockContent) -> None:
    organisation = Organisation(postal_address=f"{LONG}, 1234 AB Voorbeeld")
    render = Renderer(organisation=organisation, base_url=BASE)

    text = render(replace(EDITIONS[name], blocks=(shown,)), Cut(SCHOOL)).text

    assert "doorgaat" in text
    assert [line for line in text.splitlines() if len(line) > 72] == []


@pytest.mark.parametrize("name", EDITIONS)
def test_footer_says_that_the_link_ends_all_mail(render: Renderer, name: str) -> None:
    rendered = render(EDITIONS[name], Cut(SCHOOL))

    for part in (rendered.html, rendered.text):
        assert "Meld je af voor al onze mail" in part
        assert "af voor deze nieuwsbrief" not in part


@pytest.mark.parametrize(
    ("title", "name", "size"),
    [
        ("Samen naar een sterke opleidingsschool", "h1-van-elders", "32px"),
        ("Dag voor werkplekbegeleiders", "h1-lang", "25px"),
        ("", "h1-van-elders", "32px"),
    ],
)
def test_title_from_elsewhere_is_set_so_that_its_words_fit_a_phone(
    render: Renderer, title: str, name: str, size: str
) -> None:
    shown = samples.congress()
    edition = samples.announcement(
        title="", blocks=(replace(shown, fields={**shown.fields, "title": title}),)
    )

    html = render(edition, Cut(SCHOOL)).html

    assert f'<h1 class="h1 {name}"' in html
    assert f".{name} {{ font-size: {size} !important" in html


def test_contents_count_what_a_section_holds(render: Renderer) -> None:
    reports = tuple(block(20 + number, "report", title=f"Verslag {number}") for number in (1, 2, 3))
    edition = samples.newsletter(blocks=(*samples.newsletter_blocks(), *reports))

    assert "Verslag 1 (en nog twee verslagen)" in " ".join(render(edition, Cut(None)).text.split())


def test_the_calendar_of_a_mail_has_the_events_of_its_readers_and_names_no_segment(
    render: Renderer,
) -> None:
    blocks = list(samples.newsletter().blocks)
    place = next(at for at, one in enumerate(blocks) if one.kind == "event")
    blocks[place] = replace(blocks[place], audience=None, segment="zuid")
    content = samples.newsletter(blocks=tuple(blocks))

    inside = render(content, Cut(SCHOOL, frozenset({"zuid"}))).text
    outside = render(content, Cut(SCHOOL)).text

    own = blocks[place].id
    assert f"/archief/{content.id}/agenda.ics?kant=school&blok={own}\n" in inside
    assert f"/archief/{content.id}/agenda.ics?kant=school\n" in outside
    assert "zuid" not in inside.casefold().replace("zuid-holland", "")
