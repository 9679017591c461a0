"""Reading back what was caught: is every mail of an edition there, once, and the right one?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from html import unescape

from newsletter.demo.mailbox import Mailbox, part_text
from newsletter.values import EditionContent
from subscribers.values import Audience


@dataclass(frozen=True, slots=True)
class Caught:
    """The letters of one edition. numbers: of the mailbox, by recipient, each person's first."""

    numbers: Mapping[str, str]
    letters: int

    @property
    def doubles(self) -> int:
        """How many people got more than one, counted as letters too many."""
        return self.letters - len(self.numbers)


@dataclass(frozen=True, slots=True)
class LetterRead:
    """What one mail turned out to be.

    own_words: what only readers of its side get, as it should stand in there.
    wrong:     what is not as it should be, in English; () is good.
    """

    audience: Audience | None
    number: str
    subject: str
    own_words: tuple[str, ...]
    wrong: tuple[str, ...]


def letters_of(mailbox: Mailbox, edition_id: int) -> Caught:
    """Return the letters of an edition, known by their Message-ID."""
    numbers: dict[str, str] = {}
    found = [letter for letter in mailbox.all() if letter.message_id.startswith(f"<e{edition_id}.")]
    for letter in found:
        numbers.setdefault(letter.recipient.lower(), letter.number)
    return Caught(numbers, len(found))


def own_words(content: EditionContent, audience: Audience | None) -> tuple[str, ...]:
    """Return the titles that only readers of that side get; () for readers of neither."""
    return tuple(
        str(block.fields["title"])
        for block in content.blocks
        if audience is not None and block.audience is audience and block.fields.get("title")
    )


def read_letter(
    message: EmailMessage, *, number: str, content: EditionContent, audience: Audience | None
) -> LetterRead:
    """Look a mail over as its reader's program would: headers, both parts, the right variant."""
    text = _plain(part_text(message, "plain"))
    html = _plain(_without_tags(part_text(message, "html")))
    others = [word for side in Audience if side != audience for word in own_words(content, side)]
    mine = own_words(content, audience)
    wrong = [
        *_wrong_headers(message),
        *([] if text else ["no text part"]),
        *([] if html else ["no HTML part"]),
        *[f"text part lacks {word!r}" for word in _absent(mine, text)],
        *[f"HTML part lacks {word!r}" for word in _absent(mine, html)],
        *[f"has another side's {word!r}" for word in others if _plain(word) in text],
    ]
    subject = str(message.get("Subject", ""))
    return LetterRead(audience, number, subject, mine, tuple(wrong))


def _wrong_headers(message: EmailMessage) -> list[str]:
    unsubscribe = str(message.get("List-Unsubscribe", ""))
    wrong = []
    if not re.search(r"<https?://[^<>\s]+/afmelden/[^<>\s]+>", unsubscribe):
        wrong.append("List-Unsubscribe has no address of ours")
    if str(message.get("List-Unsubscribe-Post", "")) != "List-Unsubscribe=One-Click":
        wrong.append("no one-click unsubscribe")
    return wrong


def _absent(words: Sequence[str], text: str) -> list[str]:
    return [word for word in words if _plain(word) not in text]


def _plain(text: str) -> str:
    """Return the words only, so that line breaks and soft hyphens do not count."""
    return " ".join(text.replace("\u00ad", "").casefold().split())


def _without_tags(html: str) -> str:
    body = re.sub(r"(?s)<(style|script|title)\b.*?</\1>|<!--.*?-->", " ", html)
    return unescape(re.sub(r"<[^>]+>", " ", body))
