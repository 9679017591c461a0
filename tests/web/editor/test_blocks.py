"""Writing: the head, the blocks, and two people at once."""

import re
from html import unescape

from sqlalchemy import select
from starlette.testclient import TestClient

from feeds.model import Item
from feeds.pictures import keep_picture
from newsletter.model import Block
from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from tests.feeds.sending_in import a_picture
from tests.web.desk import add_block, advance, begin, block_mark, edition_path, post, step, version


def undo_in(page: str) -> str:
    """Return the address of the button that undoes what was just done."""
    found = re.search(
        r'<form method="post" action="([^"]+)"><input[^>]+><button[^>]*>.*?Maak', page
    )
    assert found, "nothing to undo"
    return unescape(found[1])


def test_blocks_are_added_written_moved_given_to_a_side_and_taken_out(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)

    block = add_block(editor, near, edition)
    path = f"/blokken/{block}"
    fields = {"title": "Een eigen bericht", "teaser": "Kort.", "url": "https://example.org/eigen"}
    written = step(editor, near, edition, path, kind="article", **fields)
    for_school = step(editor, near, edition, path + "/kant", audience="school")
    advance(editor, near, edition, path + "/plaats", to="up")
    advance(editor, near, edition, path + "/plaats", to="down")
    of_school = editor.get(edition_path(edition, "/voorbeeld?kant=school")).text
    of_teachers = editor.get(edition_path(edition, "/voorbeeld?kant=lerarenopleiding")).text
    gone = step(editor, near, edition, path + "/weg")

    assert ">Een eigen bericht</textarea>" in written
    assert 'value="school" aria-pressed="true"' in for_school
    assert "Een eigen bericht" in of_school
    assert "Een eigen bericht" not in of_teachers
    assert f"/blokken/{block}" not in gone


def test_a_block_that_was_taken_out_comes_back_with_its_words_in_the_same_view(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    fields = {"kind": "article", "title": "Een eigen bericht", "teaser": "Kort."}
    advance(editor, near, edition, f"/blokken/{block}", **fields)

    gone = step(editor, near, edition, f"/blokken/{block}/weg?kant=lerarenopleiding")
    left = editor.get(edition_path(edition, "/voorbeeld")).text
    undo = undo_in(gone)
    back = post(editor, undo)
    shown = editor.get(back.headers["location"]).text
    again = post(editor, undo)

    assert "Het blok is weg." in gone
    assert "Het bericht staat weer" not in gone
    assert "Een eigen bericht" not in left
    assert "Ongedaan gemaakt: ‘Een eigen bericht’ weggehaald." in shown
    assert ">Een eigen bericht</textarea>" in shown
    assert "kant=lerarenopleiding" in back.headers["location"]
    assert "een wijziging ongedaan gemaakt" in shown
    assert again.status_code == 409


def test_a_block_does_not_come_back_over_what_a_colleague_did(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    undo = undo_in(step(editor, near, edition, f"/blokken/{block}/weg"))
    add_block(editor, near, edition)

    late = post(editor, undo)

    assert late.status_code == 409
    assert "Iemand anders bewaarde net iets" in late.text


def test_a_block_that_cannot_be_saved_does_not_get_into_the_head(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    path = edition_path(edition, f"/blokken/{block}")
    fields = {"kind": "article", "title": "Blok", "teaser": "x" * 6000}

    page = post(editor, path, {"version": version(near, edition), **fields})

    assert page.status_code == 422
    assert 'id="blok-title" name="title" rows="1">Blok</textarea>' in page.text
    assert 'id="title" name="title" type="text" value="Blok"' not in page.text


def test_who_saves_second_keeps_the_words_and_overwrites_nothing(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    seen = version(near, edition)
    head = {"title": "Van Anna", "subject": "A", "preheader": "", "dated_on": "2027-04-22"}
    advance(editor, near, edition, "/kop", **head)

    late = {**head, "title": "Van Bas", "subject": "Mijn woorden", "version": seen}
    answer = post(editor, edition_path(edition, "/kop"), late)

    assert answer.status_code == 409
    assert "Editor schreef net iets anders boven de mail" in answer.text
    assert 'value="Mijn woorden"' in answer.text
    assert "<h1>Van Anna</h1>" in editor.get(edition_path(edition)).text


def test_who_writes_in_a_block_is_not_in_the_way_of_who_writes_above_it(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    opened = seen_of_head(editor, edition)
    block = add_block(editor, near, edition)
    advance(editor, near, edition, f"/blokken/{block}", kind="article", title="Van een collega")
    head = {"title": "Van mij", "subject": "A", "preheader": "", "dated_on": "2027-04-22"}

    saved = post(editor, edition_path(edition, "/kop"), {**head, "seen": opened})
    late = post(editor, edition_path(edition, "/kop"), {**head, "subject": "B", "seen": opened})

    assert (saved.status_code, late.status_code) == (303, 409)
    assert "Onderwerp</h2>" in late.text
    assert "Voorproefje</h2>" not in late.text
    page = editor.get(edition_path(edition)).text
    assert "<h1>Van mij</h1>" in page
    assert ">A</textarea>" in page
    assert "Van een collega" in titles(near, edition)


def test_a_block_is_put_between_two_others_whatever_a_colleague_saved(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    first, second, third = (add_block(editor, near, edition, "text") for _ in range(3))
    path = edition_path(edition, f"/blokken/{third}/plaats")

    moved = post(editor, path, {"above": first, "below": second})

    assert moved.status_code == 303
    assert order(near, edition)[-3:] == [int(first), int(third), int(second)]


def test_a_block_is_added_below_another_and_stands_open(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    first, second = (add_block(editor, near, edition, "text") for _ in range(2))

    page = step(editor, near, edition, "/blokken", kind="text", after=first)

    places = order(near, edition)[-3:]
    open_one = page.split(edition_path(edition, "/blokken/"))[1].split("/")[0]
    assert places == [int(first), int(open_one), int(second)]


def test_a_block_in_which_a_colleague_wrote_is_not_taken_out_unseen(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    looked_at = block_mark(near, int(block))
    advance(editor, near, edition, f"/blokken/{block}", kind="article", title="Van een collega")
    path = edition_path(edition, f"/blokken/{block}/weg")

    late = post(editor, path, {"seen": looked_at})
    kept = titles(near, edition)
    now = post(editor, path, {"seen": block_mark(near, int(block))})

    assert (late.status_code, now.status_code) == (409, 303)
    assert "Van een collega" in kept
    assert "Van een collega" not in titles(near, edition)


def test_words_on_trial_are_in_the_mail_between_the_marks_of_their_block_and_nowhere_else(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition, "text")
    typed = {"block": block, "title": "<b>Op</b> proef", "text": "- een\n- **twee**"}
    before = version(near, edition)

    mail = post(editor, edition_path(edition, "/proef?kant=school"), typed)
    of_block = re.search(rf'data-begins="{block}">(.*)<div data-ends="{block}"', mail.text, re.S)

    assert mail.status_code == 200
    assert of_block
    assert "&#60;b&#62;Op&#60;/b&#62; proef" in of_block[1]
    assert "<strong>twee</strong></li>" in of_block[1]
    assert "sandbox" in mail.headers["content-security-policy"]
    assert version(near, edition) == before
    assert "op proef" not in editor.get(edition_path(edition, "/voorbeeld")).text.lower()


def test_words_on_trial_for_a_block_that_was_taken_out_meanwhile_are_in_no_mail(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition, "text")
    typed = {"block": block, "title": "Nog onderweg", "text": "Getypt, en toen weggehaald."}
    advance(editor, near, edition, f"/blokken/{block}/weg")

    mail = post(editor, edition_path(edition, "/proef?kant=school"), typed)

    assert mail.status_code == 200
    assert "data-begins" in mail.text
    assert "Nog onderweg" not in mail.text


def test_only_the_frame_in_which_is_written_has_marks(editor: TestClient, near: Services) -> None:
    edition = begin(editor)

    assert "data-begins" in editor.get(edition_path(edition, "/voorbeeld?blokken=ja")).text
    assert "data-begins" not in editor.get(edition_path(edition, "/voorbeeld")).text


def test_what_writes_in_a_block_comes_by_itself_for_the_script(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)

    part = editor.get(edition_path(edition, f"/blokken/{block}"))

    assert part.text.lstrip().startswith('<section class="edit-block" id="bewerk"')
    assert editor.get(edition_path(edition, "/blokken/999")).status_code == 404


def test_a_wrong_date_is_said_at_the_field_and_nothing_typed_is_lost(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    head = {
        "title": "",
        "subject": "Mijn onderwerp",
        "dated_on": "morgen",
        "planned_at": "2020-01-01T10:00",
    }

    answer = post(
        editor, edition_path(edition, "/kop"), {**head, "version": version(near, edition)}
    )

    assert answer.status_code == 422
    for sentence in ("Geef de editie een titel.", "Vul een datum in", "Dit moment is al geweest"):
        assert sentence in answer.text
    assert ">Mijn onderwerp</textarea>" in answer.text


def test_the_photo_of_an_item_comes_along_once_it_is_described(
    editor: TestClient, near: Services
) -> None:
    with near.db.write() as session:
        image = keep_picture(session, a_picture(), now=near.clock())
        article = select(Item).where(Item.title == "Nieuwe regels voor samen opleiden")
        session.scalars(article).one().image_id = image.id
        path = image.path
    edition = begin(editor)
    with near.db.read() as session:
        blocks = get_edition(session, edition, with_blocks=True).blocks
        (block,) = [one for one in blocks if one.fields.get("offered_image")]
    here = f"/blokken/{block.id}"
    mail = edition_path(edition, "/voorbeeld")

    opened = editor.get(edition_path(edition, f"?blok={block.id}")).text
    assert f'src="/redactie{path}"' in opened
    assert editor.get(f"/redactie{path}").status_code == 200
    assert path not in editor.get(mail).text

    told = {name: str(block.fields[name]) for name in ("title", "teaser", "url", "source")}
    advance(editor, near, edition, here, kind="article", image_alt="Een schoolplein", **told)
    assert f'src="{near.settings.base_url}{path}"' in editor.get(mail).text
    advance(editor, near, edition, here, kind="article", image_alt="", **told)
    assert path not in editor.get(mail).text
    advance(editor, near, edition, here, kind="article", image_decorative="ja", **told)
    assert f'src="{near.settings.base_url}{path}"' in editor.get(mail).text


def test_a_block_without_a_photo_asks_for_no_description(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)

    assert "Wat is er op de foto" not in editor.get(edition_path(edition, f"?blok={block}")).text


def test_who_writes_in_another_block_is_not_in_the_way(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    mine, theirs = add_block(editor, near, edition), add_block(editor, near, edition)
    opened = {"kind": "article", "seen": block_mark(near, int(mine))}
    advance(editor, near, edition, f"/blokken/{theirs}", kind="article", title="Van een collega")
    advance(editor, near, edition, f"/blokken/{mine}/plaats", to="up")

    saved = post(editor, edition_path(edition, f"/blokken/{mine}"), {**opened, "title": "Van mij"})

    assert saved.status_code == 303
    assert {"Van mij", "Van een collega"} <= titles(near, edition)


def test_two_who_write_in_one_block_see_both_texts_and_choose(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    path = edition_path(edition, f"/blokken/{block}")
    same = {"kind": "article", "url": "https://example.org/zelfde"}
    opened = {**same, "seen": block_mark(near, int(block))}
    theirs = {"title": "Van een collega", "teaser": "Haar <b>tekst</b>."}
    advance(editor, near, edition, f"/blokken/{block}", **same, **theirs)

    clash = post(editor, path, {**opened, "title": "Van mij", "teaser": "Mijn tekst."})
    kept = titles(near, edition)
    form = clash.text.split("<form", 2)[-1]
    fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form))
    text = re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>([^<]*)<', form)
    chosen = post(editor, path, {**fields, **dict(text)})

    assert clash.status_code == 409
    assert "Editor schreef net iets anders in dit blok" in clash.text
    for words in ("Van een collega", "Haar &lt;b&gt;tekst&lt;/b&gt;.", "Van mij", "Mijn tekst."):
        assert words in clash.text
    assert "Adres van het bericht</h2>" not in clash.text
    assert "Van een collega" in kept
    assert "Van mij" not in kept
    assert chosen.status_code == 303
    assert "Van mij" in titles(near, edition)
    with near.db.read() as session:
        fields = dict(session.get_one(Block, int(block)).fields)
    assert (fields["teaser"], fields["url"]) == ("Mijn tekst.", "https://example.org/zelfde")


def test_a_field_that_only_a_colleague_changed_keeps_the_words_of_the_colleague(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    path = edition_path(edition, f"/blokken/{block}")
    opened = {"kind": "article", "title": "Toen", "teaser": "Toen."}
    advance(editor, near, edition, f"/blokken/{block}", **opened)
    seen = block_mark(near, int(block))
    advance(editor, near, edition, f"/blokken/{block}/kant", audience="school")
    theirs = {**opened, "title": "Van haar", "teaser": "Haar tekst."}
    advance(editor, near, edition, f"/blokken/{block}", **theirs)

    clash = post(editor, path, {**opened, "seen": seen, "title": "Van mij"})
    form = clash.text.split("<form", 2)[-1]
    fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form))
    chosen = post(editor, path, fields)

    assert clash.status_code == 409
    assert "Titel</h2>" in clash.text
    assert "Korte tekst, hoogstens drie regels</h2>" not in clash.text
    assert chosen.status_code == 303
    with near.db.read() as session:
        kept = session.get_one(Block, int(block)).fields
    assert (kept["title"], kept["teaser"]) == ("Van mij", "Haar tekst.")


def test_a_field_that_was_emptied_is_not_filled_again_when_nobody_knows_what_was_seen(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    advance(
        editor, near, edition, f"/blokken/{block}", kind="article", title="Van haar", teaser="x"
    )

    typed = {"kind": "article", "title": "Van mij", "teaser": "", "seen": "onbekend"}
    clash = post(editor, edition_path(edition, f"/blokken/{block}"), typed)

    assert "Titel</h2>" in clash.text
    assert "Korte tekst, hoogstens drie regels</h2>" in clash.text


def test_who_typed_what_a_colleague_typed_too_clashes_with_nobody(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    typed = {"kind": "article", "title": "Hetzelfde"}
    opened = {**typed, "seen": block_mark(near, int(block))}
    advance(editor, near, edition, f"/blokken/{block}", **typed)

    assert post(editor, edition_path(edition, f"/blokken/{block}"), opened).status_code == 303


def test_words_for_a_block_that_was_taken_out_are_shown_and_not_lost(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    opened = {"kind": "article", "seen": block_mark(near, int(block)), "title": "Mijn woorden"}
    advance(editor, near, edition, f"/blokken/{block}/weg")

    late = post(editor, edition_path(edition, f"/blokken/{block}"), opened)

    assert late.status_code == 409
    assert ">Mijn woorden</textarea>" in late.text


def titles(near: Services, edition: int) -> set[str]:
    with near.db.read() as session:
        blocks = get_edition(session, edition, with_blocks=True).blocks
        return {str(block.fields.get("title", "")) for block in blocks}


def order(near: Services, edition: int) -> list[int]:
    with near.db.read() as session:
        return [block.id for block in get_edition(session, edition, with_blocks=True).blocks]


def seen_of_head(editor: TestClient, edition: int) -> str:
    page = editor.get(edition_path(edition)).text
    found = re.search(r'action="[^"]*/kop[^>]*>.*?name="seen" value="([^"]+)"', page, re.S)
    assert found, "the head has no mark"
    return found[1]
