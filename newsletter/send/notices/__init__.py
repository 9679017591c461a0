"""Notices: mails about one thing to one person, sent at once and never behind an edition."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from newsletter import dutch
from newsletter.due import Deadline
from newsletter.ports import RenderNotice, Transport
from newsletter.send.mail.headers import (
    domain_of,
    header,
    mailbox_header,
    split_mailbox,
    text_header,
    to_header,
)
from newsletter.send.mail.signing import signer_of
from newsletter.send.message import quoted_printable
from newsletter.send.notices import account, submission
from newsletter.send.notices import reader as readers
from newsletter.send.notices.edition_news import sample_news
from newsletter.send.notices.ended import sample_ended
from newsletter.settings import Settings
from newsletter.store.waiting import Waiting
from newsletter.values import EditionKind, EditionStatus, NoticeText, Receipt
from subscribers.values import Audience


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of notice. sample: all values that its templates need, for preview and test."""

    sentence: str
    sample: Callable[[], Mapping[str, object]]


def confirm_values(
    *,
    confirm_url: str,
    audience: Audience | None,
    newsletter: bool,
    announcements: bool,
    asked_at: datetime,
) -> dict[str, object]:
    """Return what "confirm" needs: the link, what was asked for, and when."""
    return {
        "confirm_url": confirm_url,
        "audience": audience,
        "newsletter": newsletter,
        "announcements": announcements,
        "asked_at": asked_at,
    }


def reminder_values(
    waiting: Waiting, *, base_url: str, now: datetime, points: tuple[str, ...] = ()
) -> dict[str, object]:
    """Return what the reminders need. points: what still asks for attention, a sentence each."""
    return {
        **_names(waiting.kind, waiting.number, waiting.title),
        "state": waiting.state.value,
        "due": dutch.moment(waiting.due_at),
        "is_late": waiting.due_at <= now,
        "is_without_moment": waiting.planned_at is None,
        "submitted_at": waiting.submitted_at,
        "planned_at": waiting.planned_at,
        "reach": _reach(waiting),
        "is_touched": waiting.is_touched,
        "empty": dutch.join(waiting.empty),
        "edition_url": f"{base_url}/redactie/edities/{waiting.edition_id}",
        "selecting_url": f"{base_url}/redactie/selecteren",
        "off_url": f"{base_url}/redactie/account",
        "points": points,
    }


REMINDERS: Final[Mapping[Deadline, str]] = {
    Deadline.CLOSES: "reminder_select",
    Deadline.SUBMIT: "reminder_submit",
    Deadline.APPROVE: "reminder",
    Deadline.SEND: "reminder_passed",
}


def held_values(
    *,
    kind: EditionKind,
    number: int | None,
    title: str,
    because: tuple[str, ...],
    edition_url: str,
) -> dict[str, object]:
    """Return what "held" needs. because: what happened, a sentence for each event."""
    return {**_names(kind, number, title), "because": because, "edition_url": edition_url}


def _names(kind: EditionKind, number: int | None, title: str) -> dict[str, str]:
    """Return what a notice calls an edition, in its heading and on its button."""
    if kind is EditionKind.NEWSLETTER:
        return {"name": f"Editie {number}", "button": f"editie {number}"}
    return {"name": f"De aankondiging “{title}”", "button": "de aankondiging"}


def _sample(what: Deadline) -> dict[str, object]:
    waits_for_approval = what in {Deadline.APPROVE, Deadline.SEND}
    waiting = Waiting(
        edition_id=15,
        kind=EditionKind.NEWSLETTER,
        number=15,
        title="Nieuwsbrief 15",
        state=EditionStatus.IN_REVIEW if waits_for_approval else EditionStatus.DRAFT,
        what=what,
        due_at=SAMPLE_AT,
        submitted_at=SAMPLE_AT,
        planned_at=SAMPLE_AT,
        blocks=9,
        recipients={Audience.SCHOOL: 946, Audience.TEACHER_EDUCATION: 338},
        is_touched=what is not Deadline.CLOSES,
        empty=("Agenda", "Praktijkvoorbeeld"),
    )
    now = SAMPLE_AT - timedelta(hours=20)
    points = ("Bij “Werkbezoek Breda” staat nog niet voor wie het is.",)
    return reminder_values(waiting, base_url="https://example.org", now=now, points=points)


SAMPLE_AT: Final = datetime(2027, 5, 20, 8, 0, tzinfo=UTC)
NOTICES: Final[Mapping[str, Notice]] = {
    "confirm": Notice(
        "asks whether this address really wants the newsletter",
        lambda: confirm_values(
            confirm_url="https://example.org/bevestigen/Zk3vQ9pLr8WmXt2yB7nC4x",
            audience=Audience.SCHOOL,
            newsletter=True,
            announcements=True,
            asked_at=SAMPLE_AT,
        ),
    ),
    "move": Notice("asks whether a reader's mail may go to this address", readers.sample_move),
    "moved": Notice(
        "tells a reader's former address that another took its place", readers.sample_moved
    ),
    "reminder": Notice(
        "tells who may approve that an edition waits", lambda: _sample(Deadline.APPROVE)
    ),
    "reminder_select": Notice(
        "tells editors that the selection closes", lambda: _sample(Deadline.CLOSES)
    ),
    "reminder_submit": Notice(
        "tells the author that an edition is to be submitted", lambda: _sample(Deadline.SUBMIT)
    ),
    "reminder_passed": Notice(
        "tells all editors that an edition did not go out", lambda: _sample(Deadline.SEND)
    ),
    "held": Notice(
        "tells who made and approved an edition that it was taken back",
        lambda: held_values(
            kind=EditionKind.NEWSLETTER,
            number=15,
            title="Nieuwsbrief 15",
            because=("“Werkbezoek Breda” is afgezegd door de organisator. Haal het blok weg.",),
            edition_url="https://example.org/redactie/edities/15",
        ),
    ),
    "edition_news": Notice(
        "tells colleagues at once what is put before them, fell away, or was said", sample_news
    ),
    "ended": Notice("tells who made and approved an edition how its sending ended", sample_ended),
    "submission_confirm": Notice(
        "asks whether this address really sent in a practice example", submission.sample_confirm
    ),
    "submission_agree": Notice(
        "lays the edited text before who sent it in", submission.sample_agree
    ),
    "submission_declined": Notice("tells why an example is not taken", submission.sample_declined),
    "submission_published": Notice(
        "tells that the example is public, and how to withdraw it", submission.sample_published
    ),
    "account_invitation": Notice("asks a colleague in", account.sample_invitation),
    "account_reset": Notice("lets a colleague choose a new password", account.sample_reset),
    "account_unlock": Notice(
        "lets a colleague in past the wait after wrong passwords", account.sample_unlock
    ),
    "account_changed": Notice(
        "tells a colleague what changed about signing in", account.sample_changed
    ),
}


def send_notice(  # noqa: PLR0913 - everything it works with, handed in
    notice: str,
    *,
    to: str,
    values: Mapping[str, object],
    settings: Settings,
    transport: Transport,
    render: RenderNotice,
    now: datetime,
    message_token: str = "",
) -> Receipt:
    """Send one notice to one address, now. Raises TransportError, UnsafeHeader, KeyError.

    message_token: of the Message-ID, for one that may go out a second time; else it is a new one.
    No database session may be open: this waits for the network.
    """
    if notice not in NOTICES:
        raise KeyError(notice)
    text = render(notice, values)
    message = notice_message(text, to=to, settings=settings, now=now, message_token=message_token)
    connection = transport.connect()
    try:
        return connection.deliver(sender=settings.sender_address, recipient=to, message=message)
    finally:
        connection.close()


def notice_message(
    text: NoticeText, *, to: str, settings: Settings, now: datetime, message_token: str = ""
) -> bytes:
    """Return the whole message, signed, with CRLF line ends. Raises UnsafeHeader."""
    name, address = split_mailbox(settings.sender)
    token = message_token or secrets.token_hex(12)
    boundary = f"=_{token}"
    head = (
        mailbox_header("From", name, address),
        mailbox_header("Reply-To", "", settings.organisation.contact),
        to_header("", to),
        text_header("Subject", text.subject),
        header("Date", format_datetime(now)),
        header("Message-ID", f"<n.{token}@{domain_of(address)}>"),
        # RFC 3834 §5: programs do not answer it. X-...: so that Exchange does not either.
        header("Auto-Submitted", "auto-generated"),
        header("X-Auto-Response-Suppress", "OOF, AutoReply"),
        header("MIME-Version", "1.0"),
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n',
    )
    parts = [
        f"--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        + quoted_printable(content)
        + b"\r\n"
        for subtype, content in (("plain", text.text), ("html", text.html))
    ]
    message = "".join(head).encode() + b"".join(parts) + f"--{boundary}--\r\n".encode()
    signer = signer_of(settings)
    return message if signer is None else signer.signed(message)


def _reach(waiting: Waiting) -> str:
    """Return how many get it, of which side, and how many items it has."""
    total = sum(waiting.recipients.values())
    sides = [
        f"{dutch.number(waiting.recipients[one])} van {dutch.audience_word(one)}"
        for one in Audience
        if waiting.recipients.get(one)
    ]
    whom = f"Naar {dutch.plural(total, 'abonnee', 'abonnees')}"
    told = f": {dutch.join(sides)}" if sides else ""
    blocks = dutch.capital(dutch.counted(waiting.blocks, "bericht", "berichten"))
    return f"{whom}{told}. {blocks}."
