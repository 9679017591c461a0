"""A reader's life: sign up, confirm, change, pause, leave, come back, be erased; and a scanner.

Through the pages, the mail and the commands. Only at the end is the database looked into, for what
may not be there any more.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.base import Base
from storage.session import Database
from tests.stories.test_month import (
    APPROVER,
    EDITOR,
    PASSWORD,
    _Line,
    approve_and_send,
    entry,
    feed,
    text_of,
)
from tests.stories.world import World, open_world

BASE = "http://127.0.0.1:8000"
READER, OTHER = "Lezer.Een@example.org", "ander@example.org"
KEEPER = "beheerder@example.org"
MONDAY = datetime.fromisoformat("2027-04-19T08:00:00+02:00")
FORM = {
    "formulier": "aanmelden",
    "kant": "lerarenopleiding",
    "email": READER,
    "krijg": ["newsletter", "announcements"],
    "rol": "lerarenopleider",
    "thema": "kwaliteitszorg",
}
SIGNED_UP = (
    "Je krijgt deze nieuwsbrief omdat je je op 19 april 2027 via de site aanmeldde "
    "als lerarenopleider, thema Kwaliteitszorg. Je leest de uitgave voor lerarenopleidingen."
)


class Story:
    """One reader, a partner with news, and a clock that is set by hand."""

    def __init__(self, world: World) -> None:
        self.world, self.moment, self._news = world, MONDAY, 0

    def later(self, **step: float) -> None:
        self.moment += timedelta(**step)
        self.world.at(self.moment.isoformat())

    def get(self, path: str) -> str:
        with self.world.site() as site:
            return str(site.get(path).text)

    def post(self, path: str, **fields: Any) -> str:
        with self.world.site() as site:
            answer = site.post(path, data=fields)
            while answer.status_code == 303:
                answer = site.get(answer.headers["location"])
            return str(answer.text)

    def sign_up(self, **fields: Any) -> None:
        shown = self.get("/aanmelden")
        stamp = re.search(r'name="stempel" value="([^"]+)"', shown)
        assert stamp
        self.later(minutes=1)
        given = {**FORM, **fields, "stempel": stamp[1]}
        assert "Kijk in je mail" in self.post("/aanmelden", **given)

    def mail(self, address: str = READER) -> EmailMessage:
        mails = self.world.mailboxes.take()
        assert set(mails) == {address}
        return mails[address]

    def confirm(self, address: str = READER) -> None:
        link = link_in(self.mail(address), "bevestigen")
        assert "Je bent aangemeld" in self.post(link)

    def send(self) -> dict[str, EmailMessage]:
        """Send an edition with fresh news, and return what came, by mailbox."""
        self._news += 1
        self.world.partner.documents["/nieuws.xml"] = feed(
            *(entry(one, f"Bericht {one}") for one in range(1, self._news + 1))
        )
        self.world.ask("gather")
        edition = str(self.world.ask("edition", "draft")["id"])
        approve_and_send(self.world, edition)
        self.later(days=14)
        return self.world.mailboxes.take()

    def known(self) -> Any:
        """Return what we hold of the reader, but for who looked at it: this does."""
        found = self.world.ask("subscriber", "show", READER)
        found["history"] = [one for one in found["history"] if one["what"] != "subscriber.viewed"]
        return found


def link_in(message: EmailMessage, page: str) -> str:
    found = re.search(rf"{BASE}(/{page}/[\w-]{{22}})", text_of(message))
    assert found
    return found[1]


def links_in(message: EmailMessage) -> set[str]:
    """Return every link of ours in the text, the HTML and the headers."""
    html = message.get_body(("html",))
    assert html is not None
    whole = "\n".join([text_of(message), html.get_content(), str(message["List-Unsubscribe"])])
    return {unescape(one) for one in re.findall(rf"{BASE}(/[^\s\"'<>#]*)", whole)}


@pytest.fixture
def story(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    database_url: str,
) -> Iterator[Story]:
    with open_world(tmp_path, monkeypatch, capsys, database_url) as world:
        story = Story(world)
        story.later(days=0)
        world.run("init")
        for address, role in ((EDITOR, "editor"), (APPROVER, "approver")):
            monkeypatch.setattr("sys.stdin", _Line(PASSWORD))
            world.ask("user", "add", address, "--role", role, "--password-stdin")
        ground = ("--audience", "school", "--ground", "Deelnemer congres 2026")
        world.ask("subscriber", "add", OTHER, *ground)
        url = f"{world.partner.address}/nieuws.xml"
        world.partner.documents["/nieuws.xml"] = feed()
        world.ask("source", "add", url, "--kind", "feed", "--name", "Partner")
        yield story


@pytest.mark.long
def test_sign_up_confirm_change_pause_leave_and_come_back(story: Story) -> None:
    story.sign_up()
    assert story.known()["status"] == "pending"
    story.confirm()
    own = reads_why(story)
    changes(story, own)
    pauses(story, own)
    leaves(story)

    story.sign_up(rol="")
    story.confirm()
    assert set(story.send()) == {OTHER, READER}
    assert [fact["kind"] for fact in story.known()["consents"]] == [
        *("asked", "confirmed", "changed", "paused", "resumed", "withdrawn"),
        *("asked", "confirmed"),
    ]


def reads_why(story: Story) -> str:
    """Return the address of the reader's preferences, from a mail that says why it came."""
    mails = story.send()
    assert set(mails) == {OTHER, READER}
    assert SIGNED_UP in words_of(mails[READER])
    own = link_in(mails[READER], "voorkeuren")
    assert "omdat je je op 19 april 2027 via de site" in story.get(f"{own}/waarom")
    return own


def changes(story: Story, own: str) -> None:
    assert story.known()["themes"] == ["kwaliteitszorg"]
    saved = story.post(own, kant="school", krijg="newsletter", themas="ja", rol="rector")
    assert "Bewaard." in saved
    words = words_of(story.send()[READER])
    assert "via de site aanmeldde. Je staat bij ons als rector. Je leest de uitgave voor" in words


def pauses(story: Story, own: str) -> None:
    until = (story.moment + timedelta(days=20)).date().isoformat()
    assert "krijg je niets" in story.post(own, kant="school", krijg="newsletter", pauze=until)
    assert [set(story.send()) for _ in range(2)] == [{OTHER}, {OTHER}]


def leaves(story: Story) -> None:
    back = story.send()
    assert set(back) == {OTHER, READER}
    link = re.search(rf"<{BASE}(/afmelden/[^>]+)>", str(back[READER]["List-Unsubscribe"]))
    assert link
    with story.world.site() as site:
        answer = site.post(link[1], data={"List-Unsubscribe": "One-Click"})
    assert answer.text == "Je bent afgemeld.\n"
    assert set(story.send()) == {OTHER}


def words_of(message: EmailMessage) -> str:
    """Return the text part as one line."""
    return " ".join(text_of(message).split())


@pytest.mark.long
def test_three_people_on_three_grounds_read_three_true_reasons(story: Story) -> None:
    third = "derde@example.org"
    story.sign_up()
    story.confirm()
    story.sign_up(email=third, kant="anders", rol="", thema=["visie", "hr-beleid"])
    story.confirm(third)

    mails = story.send()

    since = "op 19 april 2027"
    reasons = {
        READER: SIGNED_UP,
        third: f"Je krijgt deze nieuwsbrief omdat je je {since} via de site aanmeldde met thema’s "
        "Visie: ontwikkeling, implementatie en draagvlak en Opleiden in de school en HR-beleid.",
        OTHER: f"Je krijgt deze nieuwsbrief omdat we je adres {since} op de verzendlijst hebben "
        "gezet. Je leest de uitgave voor scholen.",
    }
    for address, reason in reasons.items():
        html = mails[address].get_body(("html",))
        assert html is not None
        assert reason in words_of(mails[address])
        assert reason in " ".join(unescape(str(html.get_content())).split())


@pytest.mark.long
def test_a_scanner_that_opens_every_link_changes_nothing(story: Story) -> None:
    story.sign_up()
    asking = story.mail()
    before = story.known()
    scan(story, asking)
    assert story.known() == before

    assert "Je bent aangemeld" in story.post(link_in(asking, "bevestigen"))
    edition = story.send()[READER]
    before = story.known()
    found = scan(story, edition)
    assert story.known() == before
    assert {"voorkeuren", "afmelden"} <= {one.split("/")[1] for one in found}


def scan(story: Story, message: EmailMessage) -> set[str]:
    """Open every link, and every link on the pages behind them that is about this reader."""
    seen: set[str] = set()
    waiting = links_in(message)
    with story.world.site() as site:
        while waiting - seen:
            path = min(waiting - seen)
            seen.add(path)
            shown = site.get(path)
            assert site.head(path).status_code == shown.status_code
            assert shown.status_code in {200, 301, 302, 303, 405}, path
            if re.search(r"/[\w-]{22}", path):
                waiting |= set(re.findall(r'(?:href|action)="(/[^"#]+)"', shown.text))
    return seen


@pytest.mark.long
def test_who_is_erased_is_nowhere_and_no_import_brings_them_back(
    story: Story, tmp_path: Path, database_url: str
) -> None:
    story.sign_up()
    story.confirm()
    own = link_in(story.send()[READER], "voorkeuren")
    assert "Kijk in de mail" in story.post(f"{own}/adres", email="nieuw.lezer@example.org")
    hand_in(story, f"email;naam\n{READER};Lezer\n{OTHER};Ander\n".encode())
    (tmp_path / "caught-mail").mkdir()
    (tmp_path / "caught-mail" / "00000001.eml").write_bytes(
        f"Delivered-To: {READER}\r\n".encode() + bytes(story.world.mailboxes.take().popitem()[1])
    )
    assert all(READER.lower() in one for one in (dump(database_url), files(tmp_path)))

    assert "We bewaren niets meer van je" in story.post(f"{own}/wissen")

    kept = dump(database_url) + files(tmp_path)
    for trace in (READER.lower(), "lezer.een", "nieuw.lezer"):
        assert trace not in kept
    assert OTHER in kept
    csv = tmp_path / "weer.csv"
    csv.write_text(f"email;audience\n{READER};school\n", encoding="utf-8")
    report = story.world.ask("subscriber", "import", str(csv), "--ground", "Oude lijst")
    assert (report["added"], report["rejected"]) == (0, 1)
    assert report["errors"][0]["reason"] == "is op eigen verzoek gewist"
    assert "We bewaren niets meer van je" in story.post(f"{own}/wissen")


def dump(database_url: str) -> str:
    """Return all that the tables hold, in lower case."""
    database = Database(database_url)
    with database.read() as session:
        rows = [
            str(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        ]
    database.close()
    return "\n".join(rows).lower()


def files(folder: Path) -> str:
    """Return every byte of the data folder, in lower case: the database's own files as well."""
    every = [one for one in folder.rglob("*") if one.is_file()]
    return "\n".join(one.read_bytes().decode("utf-8", "replace") for one in every).lower()


def hand_in(story: Story, document: bytes) -> None:
    """Hand a list in at the desk, and let it be tried."""
    world = story.world
    world.monkeypatch.setattr("sys.stdin", _Line(PASSWORD))
    world.ask("user", "add", KEEPER, "--role", "administrator", "--password-stdin")
    with world.site() as site:
        site.post("/redactie/inloggen", data={"email": KEEPER, "password": PASSWORD})
        token = re.search(r'name="csrf" value="([^"]+)"', site.get("/redactie/account").text)
        assert token
        fields = {"csrf": token[1], "kolom-email": "0", "kolom-name": "1", "grond": "Congres"}
        place = site.post(
            "/redactie/abonnees/inlezen", data=fields, files={"bestand": ("lijst.csv", document)}
        ).headers["location"]
        site.post(f"{place}/proef", data=fields)
        assert "Dit verandert er" in site.get(place).text
