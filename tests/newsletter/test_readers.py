"""What readers ask about themselves: everything that is held, and to be erased without a trace."""

from datetime import timedelta

from newsletter import readers
from newsletter.accounts.held import hold, list_held
from newsletter.caught_mail import CAUGHT
from newsletter.demo.mailbox import Mailbox
from newsletter.model import Delivery
from newsletter.values import DeliveryState
from newsletter.wiring import Services
from subscribers.addresses import address_hash
from subscribers.model import Suppression
from tests.factories import make_edition, make_subscriber, make_user
from tests.fakes import START

ADDRESS = "jan@example.org"
REPLY = f"550 5.1.1 <{ADDRESS}> unknown"


def add(services: Services) -> int:
    with services.db.write() as session:
        who = make_subscriber(session, ADDRESS).id
        edition = make_edition(session, title="Nieuwsbrief 12")
        session.add(
            Delivery(
                edition_id=edition.id,
                subscriber_id=who,
                audience="school",
                state=DeliveryState.FAILED,
                code=550,
                reply=REPLY,
                at=START,
            )
        )
        return who


def test_everything_holds_mails_and_what_became_of_them(services: Services) -> None:
    who = add(services)
    key = services.settings.hash_key
    with services.db.write() as session:
        hashed = address_hash(key, ADDRESS)
        session.add(Suppression(address_hash=hashed, reason="bounce", at=START))

    with services.db.read() as session:
        by_id = readers.everything_about(session, who, key=key)
        by_address = readers.everything_about(session, "JAN@example.org", key=key)
        nobody = readers.everything_about(session, "piet@example.org", key=key)

    assert by_id == by_address
    assert nobody is None
    assert by_id is not None
    assert by_id["suppression"] == {"reason": "bounce", "at": START}
    mails = by_id["deliveries"]
    assert [(one["title"], one["state"], one["code"], one["reply"]) for one in mails] == [
        ("Nieuwsbrief 12", "failed", 550, REPLY)
    ]


def test_erasing_takes_along_what_servers_wrote(services: Services) -> None:
    who = add(services)
    folder = services.settings.data_dir / "bounces" / "read"
    folder.mkdir(parents=True)
    (folder / "1.eml").write_text(f"To: {ADDRESS.upper()}\r\n\r\nunknown user")
    (folder.parent / "3.eml").write_text(f"To: {ADDRESS}\r\n\r\nnot read yet")
    (folder / "2.eml").write_text("To: piet@example.org\r\n\r\nunknown user")

    caught = Mailbox(services.settings.data_dir / CAUGHT)
    for recipient in (ADDRESS.capitalize(), "piet@example.org"):
        caught.keep(b"Subject: x\r\n\r\n", recipient=recipient)
    with services.db.write() as session:
        colleague = make_user(session, "cees@example.org")
    for path, text in (("/een", f"Jan <{ADDRESS.upper()}>"), ("/twee?wie=jan%40example.org", "x")):
        hold(services.db, colleague, path=path, fields=[("naam", text)], now=START)
    hold(services.db, colleague, path="/drie", fields=[("naam", "Piet")], now=START)

    erased = [readers.erase(services, who, now=START + timedelta(days=1)) for _ in range(2)]

    assert erased == [True, False]
    assert [one.name for one in folder.iterdir()] == ["2.eml"]
    assert [one.name for one in folder.parent.iterdir()] == ["read"]
    assert [one.recipient for one in caught.all()] == ["piet@example.org"]
    assert [one.path for one in list_held(services.db, colleague, now=START)] == ["/drie"]
    with services.db.read() as session:
        assert [(one.subscriber_id, one.reply) for one in session.query(Delivery)] == [(None, "")]
