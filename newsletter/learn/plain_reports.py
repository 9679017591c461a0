"""Delivery reports without structure: the words of servers that tell people, in many languages."""

import re
from email.message import Message
from typing import Final

from newsletter.learn import wording
from newsletter.learn.naming import FAILED, named_in, words_about
from newsletter.learn.opening import header, header_text, shown
from newsletter.learn.returned import BounceClass, ReturnedRecipient

LOOKED_AT: Final = 4_000  # characters of a report about one person
_DAEMON: Final = re.compile(
    r"mailer[-_. ]?daemon|post[-_]?master|mail[-_ ]?delivery|delivery[-_ ](?:sub)?system"
    r"|mail(?:er)?[-_ ]?system|mail[-_ ]?admin|system administrator|\bmdaemon\b|\bsmtp\b"
    r"|mail[-_]?gate|\bndr\b|mail_? ?service|\bmicrosoft outlook\b|mail ?server"
    r"|microsoftexchange[0-9a-f]+@|gateways?@|\bimss@|\bbounce"
    r"|(?:content|mail)[-_ ]?filter|mail[-_ ]?marshal|mailsweeper|mail ?agent|\bmail system",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(
    r"undeliver|non[- ]?deliver|not (?:be )?deliver|unable to deliver|returned (?:e-?)?mail"
    r"|(?:delivery|mail|message) (?:status|has )?\W*(?:notification|failure|failed|fail|error"
    r"|problem|report|delay(?:ed)?|warning)|fail(?:ure|ed) (?:notice|mail|delivery)"
    r"|delivery has failed|mail (?:could|can)? ?not be? ?(?:sent|delivered)"
    r"|returning (?:message|mail) to sender|user unknown|unknown user|warning: (?:message|could)"
    r"|could not (?:be )?(?:send|sent|deliver)|still being retried|mail system error"
    r"|rejected mail|(?:message|mail) (?:rejected|blocked|refused|returned|bounced)"
    r"|processing error|non-?remise|onbestelbaar|niet (?:afgeleverd|bezorgd"
    r"|bestelbaar|verzonden|verstuurd)|kan(?: het bericht)? niet (?:worden )?(?:bezorg|aflever)"
    r"|bezorg\w* (?:mislukt|fout|vertraag)|unzustellbar|nicht zugestellt|zustell\w* (?:fehl|verz)"
    r"|mail nicht|non (?:remis|distribu|recens)|[ée]chec de|retourn[ée] [àa] l.exp|no entregad"
    r"|error de entrega|mancat[ao] (?:consegna|recapito)|impossibile recapitare"
    r"|配信|送信(?:エラー|できま)|エラー|недоставлен|не доставлено|退信|退回|返送|投递失败|배달",
    re.IGNORECASE,
)
_PASSED_ON: Final = re.compile(r"\W*(?:fwd?|doorst|wg|tr|rv)\s*:", re.I)
_OPENING: Final = re.compile(
    r"could not be delivered|has not been delivered|was not delivered|cannot be delivered"
    r"|unable to deliver|delivery (?:to|has|of)\b.{0,60}\bfail|undeliverable"
    r"|permanent (?:fatal )?error|did not reach the following|kan niet worden bezorgd"
    r"|kon niet worden (?:bezorgd|afgeleverd)|konnte nicht (?:zugestellt|ausgeliefert)"
    r"|n'a pas pu [eê]tre (?:remis|d[ée]livr|distribu)",
    re.IGNORECASE,
)
_LATE_SUBJECT: Final = re.compile(
    r"\bdelay(?:ed)?\b|still being retried|not yet been delivered|vertraag|verz\S+ger|\bretard"
    r"|\bwarning:? (?:message|could not send)",
    re.IGNORECASE,
)
_LATE: Final = re.compile(
    r"no action is required|do(?: not|n.t) (?:need to )?(?:resend|re-send)|will be retried"
    r"|will (?:continue|keep) (?:to |on )?try|warning message only|this is only a warning"
    r"|has not yet been delivered|(?:is|are) still being retried"
    r"|delivery attempts will continue|wordt nog (?:steeds )?geprobeerd|weitere zustellversuche",
    re.IGNORECASE,
)


def is_from_daemon(message: Message) -> bool:
    """Say whether a mail program wrote this to tell of a delivery."""
    sender = header_text(message, "From") + " " + header_text(message, "Sender")
    is_report = tells_of_delivery(message)
    is_named = any(header(message, name) for name in FAILED)
    return is_report or is_named or "<>" in sender or bool(_DAEMON.search(sender))


def tells_of_delivery(message: Message) -> bool:
    """Say whether this is a report of a delivery by its type (RFC 3462), whatever is in it."""
    return "delivery-status" in header(message, "Content-Type").lower()


def is_passed_on(message: Message) -> bool:
    """Say whether the subject is that of mail that somebody forwards."""
    return bool(_PASSED_ON.match(header_text(message, "Subject")))


def looks_returned(message: Message, said: str) -> bool:
    """Say whether the subject, or how the text begins, tells of a delivery; quotations do not."""
    own = (line for line in said[:2_000].splitlines() if not line.lstrip().startswith(">"))
    subject = header_text(message, "Subject")
    text = " ".join(" ".join(own).split())
    return bool(_SUBJECT.search(subject) or _OPENING.search(text))


def read_plain_report(message: Message, said: str, returned: str) -> tuple[ReturnedRecipient, ...]:
    """Return what a report in words says about each recipient that it names.

    said, returned: see `opening.report_text`. One whom nothing names is there with address "", when
    something is said about them.
    """
    is_late = bool(_LATE_SUBJECT.search(header_text(message, "Subject")) or _LATE.search(said))
    found = named_in(message, said, returned)
    if len(found) > 1:
        return tuple(_judged(one, words_about(one, said), is_late=is_late) for one in found)
    if found or wording.says_failure(said):
        address = found[0] if found else ""
        return (_judged(address, _all_about(address, said), is_late=is_late),)
    return ()


def _all_about(address: str, said: str) -> str:
    """Return what a report about one person says of them: all of it where it gives no code."""
    words = words_about(address, said)
    has_code = wording.STATUS.search(words) or wording.CODE.search(words)
    return words if has_code else f"{words} {shown(said, LOOKED_AT)}".strip()


def _judged(address: str, words: str, *, is_late: bool) -> ReturnedRecipient:
    status = wording.read_status("", words)
    kind = BounceClass.TEMPORARY if is_late else wording.classify("failed", status, words)
    return ReturnedRecipient(
        address,
        status,
        shown(words),
        kind,
        is_ours=kind is BounceClass.TEMPORARY and wording.is_ours(status, words),
        is_late=is_late,
    )
