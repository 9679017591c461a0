"""What can go wrong between an item and a mailbox.

NewsletterError
|- SettingWrong           a setting cannot be used; names it
|- DatabaseNotReady       the tables are missing or of another version
|- UnknownEdition, UnknownItem, UnknownUser, UnknownBlock, UnknownRevision, UnknownComment
|- EditionError
|  |- MoveNotAllowed      the edition's state does not allow that
|  |  `- AlreadyLeft      it cannot be taken back any more: somebody may have it
|  |- DraftExists         there is a draft of a newsletter already, which nobody said to know of
|  |- NotYours            four-eyes: nobody approves their own draft
|  |- ChecksFailed        findings of level error; carries them
|  |- ContentChanged      what would be sent is not what was approved
|  |- MomentNotApproved   another moment was approved with the content
|  |- EditionChanged      somebody else saved a newer version first
|  |  `- BlockChanged     somebody else rewrote the same block first
|  |- NothingToSend       no segment has a reader
|  |- UnknownCut          no reader of it would get that mail
|  |- TooManyTrials       more test mails than one person may send in an hour
|  |- TooManySegments     its blocks would be for more saved segments than one edition has room for
|  `- TooLate             an announcement would go out after its event
|- BounceReaderBroken     the process that reads returned mail does not start
|- MailboxUnusable        the mailbox for returned mail cannot be read; says why
|- HookRefused            what a provider tells us is not proved to be theirs; says why
|- CannotListen           the site's address or port is not ours to take
|- RoleMissing            this account may not do that
|- PasswordUnusable       too short, too long or too easy to guess
|- AccountExists          this address has an account already
|- LastAdministrator      without this one nobody could let people in any more
|- AccountLinkGone        a mailed link is too old, was used, or was taken back
|- OpenIdFailed           the issuer of work accounts gave no answer that can be believed
|- NoAccount              nobody was let in for this work account; says why
|- AccountChanged         what a page offered does not fit the account any more
|- OrganisationChanged    somebody else saved the organisation first
|- RhythmChanged          somebody else saved the rhythm first
|- UnknownSlot            the rhythm has no such turn
|- SlotTaken              that turn has its edition already
|- LineUnreadable         a line of a programme is no session
|- LedgerBroken           what the ledger of sending promises does not hold; says which and where
|- SenderInUse            an edition is being sent under the present sender
|- UnsafeHeader           a text would break or forge a mail header
`- TransportError
   |- TransportRefused      5yz for this person: trying again cannot help
   |- TransportDeferred     4yz for this person: later
   |- TransportUnavailable  no connection, or the relay refuses us: nothing was accepted
   `- TransportUncertain    lost after the final dot: it may have arrived
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from newsletter.values import EditionStatus, Finding, Role

ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:]{1,64}@[^\s<>()\[\],;:]{1,255}")


class NewsletterError(Exception):
    """Anything this program expects to go wrong."""


class BounceReaderBroken(NewsletterError):
    """No returned mail can be read: its child process does not start."""


class MailboxUnusable(NewsletterError):
    """The mailbox for returned mail cannot be read. The message says why, without the password."""


class HookRefused(NewsletterError):
    """Somebody who says that they are a provider of ours did not prove it, or says it again."""


class SettingWrong(NewsletterError):
    """A setting cannot be used; the message names it and says what it should be."""


class DatabaseNotReady(NewsletterError):
    """The tables are missing or of another version."""


class UnknownEdition(NewsletterError):
    """There is no such edition."""


class UnknownItem(NewsletterError):
    """There is no such item, or it is not of the kind that was asked for."""


class UnknownUser(NewsletterError):
    """There is no such account."""


class UnknownBlock(NewsletterError):
    """There is no such block in this edition."""


class UnknownRevision(NewsletterError):
    """There is no such revision of this edition, or nothing to undo or to do again."""


class UnknownComment(NewsletterError):
    """There is no such comment on this edition."""


class EditionError(NewsletterError):
    """Something about one edition."""


class MoveNotAllowed(EditionError):
    """The edition's state does not allow that; nothing changed."""

    def __init__(self, edition_id: int, now: EditionStatus, to: EditionStatus) -> None:
        super().__init__(f"edition {edition_id} is {now} and cannot become {to}")
        self.edition_id, self.now, self.to = edition_id, now, to


class MustWithdraw(MoveNotAllowed):
    """It was submitted or approved: at the desk somebody takes it back first; nothing changed."""


class AlreadyLeft(MoveNotAllowed):
    """Something of the edition left, so that it cannot be taken back; nothing changed."""


class DraftExists(EditionError):
    """There is a draft of a newsletter already; nothing was made. edition_id: the newest."""

    def __init__(self, edition_id: int) -> None:
        super().__init__(f"edition {edition_id} is a draft already")
        self.edition_id = edition_id


class NotYours(EditionError):
    """Nobody approves their own draft while four-eyes is on."""


class ChecksFailed(EditionError):
    """The edition has findings of level error."""

    def __init__(self, edition_id: int, findings: tuple[Finding, ...]) -> None:
        super().__init__(
            f"edition {edition_id} has errors: " + "; ".join(f.message for f in findings)
        )
        self.findings = findings


class FindingGone(EditionError):
    """There is no such warning in the edition as it is now; nothing was waved through."""


class ContentChanged(EditionError):
    """What would be sent is not what was approved; the approval is void.

    detail: both hashes, as the log keeps them.
    """

    def __init__(self, message: str, *, detail: Mapping[str, str]) -> None:
        super().__init__(message)
        self.detail = detail


class CannotSendAgain(EditionError):
    """What is complete cannot be opened for a second copy: too late, or not what was approved."""


class MomentNotApproved(EditionError):
    """The content was approved to go out at another moment; nothing changed."""


class EditionChanged(EditionError):
    """Somebody else saved a newer version first; nothing was overwritten."""


class TooManySegments(EditionError):
    """The blocks of one edition cannot be for so many saved segments; nothing changed."""


class BlockChanged(EditionChanged):
    """Somebody else rewrote the same block first; nothing was overwritten."""


class NothingToSend(EditionError):
    """No chosen segment has a reader."""


class UnknownCut(EditionError):
    """No reader of the edition would get that mail."""


class TooManyTrials(EditionError):
    """More test mails than one person may send in an hour; none was sent.

    left: how many more there may be in this hour.
    """

    def __init__(self, asked: int, left: int) -> None:
        super().__init__(f"{asked} test mails were asked for, {left} are left in this hour")
        self.asked, self.left = asked, left


class TooLate(EditionError):
    """The announcement would go out after its event."""


class OrganisationChanged(NewsletterError):
    """Somebody else saved the organisation first; nothing was overwritten."""


class RhythmChanged(NewsletterError):
    """Somebody else saved the rhythm first; nothing was overwritten."""


class UnknownSlot(NewsletterError):
    """The rhythm has no turn on that day, or there is no rhythm."""


class SlotTaken(NewsletterError):
    """The turn has its edition already: it is the edition that is planned otherwise."""


class SenderInUse(NewsletterError):
    """An edition is on its way: its mails must go on to come from who they come from now."""


class LedgerBroken(NewsletterError):
    """What the ledger of sending promises does not hold; the message names editions and rules."""


class UnsafeHeader(NewsletterError):
    """A text with control characters cannot stand in a mail header; it could forge another one."""


class CannotListen(NewsletterError):
    """The site cannot be served there: the port is taken, or the host is not of this machine."""


class RoleMissing(NewsletterError):
    """This account may not do that. needed: the least role that may, when it is known."""

    def __init__(self, message: str, needed: Role | None = None) -> None:
        super().__init__(message)
        self.needed = needed


class PasswordFault(StrEnum):
    """Why a password cannot be set."""

    LENGTH = "length"
    REPEATS = "repeats"  # one piece over and over
    EASY = "easy"  # little more than a name that everybody knows, or a row of keys


class PasswordUnusable(NewsletterError):
    """The password cannot be set."""

    def __init__(self, message: str, fault: PasswordFault = PasswordFault.LENGTH) -> None:
        super().__init__(message)
        self.fault = fault


class AccountExists(NewsletterError):
    """This address has an account already; nothing changed."""


class LastAdministrator(NewsletterError):
    """Without this account nobody could let people in any more; nothing changed."""


class AccountLinkGone(NewsletterError):
    """A mailed link is too old, was used, or was taken back."""


class OpenIdFailed(NewsletterError):
    """The issuer of work accounts gave no answer that can be believed."""


class NoAccountFault(StrEnum):
    """Why a work account opens nothing."""

    UNKNOWN = "unknown"  # nobody was invited with its address
    UNVERIFIED = "unverified"  # the issuer does not vouch for the address
    OTHER = "other"  # our account belongs to another work account


class NoAccount(NewsletterError):
    """Nobody is let in for this work account."""

    def __init__(self, fault: NoAccountFault) -> None:
        super().__init__(f"no account for this work account: {fault}")
        self.fault = fault


class AccountChanged(NewsletterError):
    """What a page offered does not fit the account any more; nothing changed."""


class TransportError(NewsletterError):
    """A message was not handed over. reply: what the server said, or what happened."""

    def __init__(self, reply: str, *, code: int | None = None) -> None:
        # Servers repeat the address that they refuse: kept with the delivery, and in no log.
        super().__init__(f"{code or ''} {ADDRESS.sub('(address)', reply)}".strip())
        self.reply, self.code = reply, code


class TransportRefused(TransportError):
    """5yz to this person: trying again cannot help."""


class TransportDeferred(TransportError):
    """4yz to this person: later. pause_s: for how long the server asks to be left alone."""

    def __init__(self, reply: str, *, code: int | None = None, pause_s: float = 0) -> None:
        super().__init__(reply, code=code)
        self.pause_s = pause_s


class TransportUnavailable(TransportError):
    """No connection, or the relay refuses us: nothing was accepted; no reader's fault."""


class TransportUncertain(TransportError):
    """The dot was sent and no answer came: it may have arrived."""


class Fault(StrEnum):
    """Why a line is no session."""

    NO_TITLE = "no_title"
    OTHER_SIDE = "other_side"
    NO_ADDRESS = "no_address"
    TOO_MANY_PARTS = "too_many_parts"
    TOO_MANY_LINES = "too_many_lines"


class LineUnreadable(NewsletterError):
    """A line of a programme is no session. line: counted from 1."""

    def __init__(self, line: int, fault: Fault) -> None:
        super().__init__(f"line {line} of the programme: {fault}")
        self.line, self.fault = line, fault
