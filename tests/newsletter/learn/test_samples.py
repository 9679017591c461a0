"""Samples of every class, and flufl.bounce's own where it is here: who is named, and what it means.

The samples in tests/data/bounces are ours; expected.toml says what each of them is.
"""

import ast
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from newsletter.learn.reading import read_bounce
from newsletter.learn.returned import BounceClass
from newsletter.learn.wording import classify, is_ours, read_status

SAMPLES: Final = Path(__file__).parents[2] / "data" / "bounces"
EXPECTED: Final[dict[str, Any]] = tomllib.loads((SAMPLES / "expected.toml").read_text("utf-8"))
# The folder tests/ of its source package, unpacked.
FLUFL: Final = Path(os.environ.get("NEWSLETTER_FLUFL_TESTS", "/nowhere"))


def test_each_sample_is_in_the_table() -> None:
    assert {one.stem for one in SAMPLES.glob("*.eml")} == set(EXPECTED)
    assert {one["class"] for one in EXPECTED.values()} == set(BounceClass)


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_understood_whatever_ends_its_lines(name: str, ends: bytes) -> None:
    raw = (SAMPLES / f"{name}.eml").read_bytes()

    report = read_bounce(raw.replace(b"\n", ends))

    named = {one.address: one.status for one in report.recipients if one.address}
    assert (report.kind, named) == (EXPECTED[name]["class"], EXPECTED[name]["recipients"])


@pytest.mark.parametrize(
    "said",
    [
        "550 Invalid sender address",
        "535 Invalid login",
        "550 The IP address 192.0.2.10 reverse DNS not found",
        "550 Helo command rejected: Host not found",
        "550 Domain of sender address jan@example.org does not exist",
        "550 mail from unknown address blocked",
        "550 sender verify failed: unknown user",
        "550 unknown@nobody.example.org is over quota",
        "550 Requested action not taken: mailbox unavailable",
        "452 user unknown for now",
        "550 account disabled",
        "550 5.4.1 Recipient address rejected: Access denied",
        "550 Address rejected",
        "550 Recipient address rejected: recipient temporarily invalid",
        "554 unverified address: Address lookup failed",
        "550 the user does not exist, says our spam filter",
        "550 5.7.1 user unknown",
        "Name service error: Host not found, try again",
        "550 The recipient's mailbox blocks unknown senders",
        "550 Mailbox is not valid for external senders",
        "550 Your e-mail address is unknown to the recipient",
        "550 Afzender onbekend, adres bestaat niet",
        "550 Het domein van de afzender bestaat niet",
        "554 Absenderadresse existiert nicht",
        "550 Adresse de l'expéditeur inconnue",
        "550 No such user jan@example.org (sender)",
        "550 your mailbox does not exist, we cannot reply",
        "550 Return address is not valid: user unknown",
        "550 mail from: no such user",
        "550 Reply address unknown",
        "550 invalid bounce address: no such user",
        "550 originator address unknown",
        "550 author of this message is not a known user",
        "550 The sending account does not exist",
        "550 the mailbox you are mailing from: no such user",
        "550 Cannot verify that you exist: no such user at your server",
    ],
)
def test_words_that_may_mean_something_else_give_nobody_up(said: str) -> None:
    assert classify("failed", "", said) == BounceClass.TEMPORARY


@pytest.mark.parametrize(
    "said",
    [
        "550 No such user here",
        "553 5.3.0 <jan@example.org>... Addressee unknown",
        "550 User jan@example.org not found",
        "550 Unknown local part jan in <jan@example.org>",
        "550 sorry, no mailbox here by that name",
        "550 Recipient jan@example.org does not exist",
        "550 jan@example.org is not a valid mailbox",
        "554 delivery error: This user doesn't have a example.org account",
        "550 Unrouteable address",
        "554 Rcpt <jan@example.org> does not exist",
        "550 5.4.310 DNS domain example.org does not exist",
        "example.org takes no mail: null MX",
        "Het domein kan niet worden gevonden",
        "Niet bezorgd, omdat het adres niet kan worden gevonden",
        "550 No mailbox available for this user",
        "550 user jan is no longer employed here",
        "Domain does not exist",
        "550 Onbekende gebruiker",
        "Het e-mailadres is niet gevonden",
        "Empfänger existiert nicht",
        "Benutzer unbekannt",
        "cette adresse n'existe pas",
        "宛先のユーザーが見つかりません",
    ],
)
def test_words_that_can_mean_nothing_else_give_an_address_up(said: str) -> None:
    assert classify("failed", read_status("", said), said) == BounceClass.PERMANENT


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.1.1", "550 5.1.1 mailbox full"),
        ("5.1.1", "550 Mail refused: listed at bl.spamcop.net"),
        ("5.1.1", "undeliverable address: host mx said: 450 try again later"),
        ("5.1.8", "553 5.1.8 Domain of sender does not exist"),
        ("5.1.1", "450 5.1.1 User unknown"),
        ("5.1.1", "550 RCPT TO:<jan@example.org> message size exceeds the limit"),
        ("5.1.1", "550 undeliverable address: connection timed out"),
        ("5.1.1", "550 unverified address: address verification in progress"),
        ("5.1.1", "550 mailbox is suspended"),
        ("5.1.2", "550 Host unknown (name server: host not found, try again)"),
        ("5.1.2", "550 Reverse DNS lookup failed: host not found"),
        ("5.1.2", "550 Client host rejected: cannot find your hostname"),
        ("5.1.2", "554 relay access denied"),
        ("5.1.1", "550-Verification failed for <bounces@example.org>"),
        ("5.1.1", "510 <news@example.org> is not subscribed to this group"),
        ("5.1.1", "550 you are not allowed to post to this list"),
        ("5.1.1", "550 Only members may post to this list"),
        ("5.1.1", "550 Alleen leden mogen naar deze lijst schrijven"),
        ("5.1.1", "550 The user has blocked your address"),
        ("5.1.1", "550 You do not have permission to send to this recipient"),
        ("5.1.1", "550 this mailbox only accepts internal mail"),
        ("5.1.1", "550 We do not accept mail from this address"),
        ("5.1.1", "550 Uw adres is geblokkeerd"),
        ("5.1.1", "550 Uw afzender is niet bekend"),
        ("5.1.1", "550 Die Absenderadresse ist nicht vorhanden"),
        ("5.1.1", "550 adresse d'expédition inexistante"),
        ("5.1.1", "550 The address you are sending from does not exist"),
        ("5.1.1", "550 DNS lookup of the sender's domain failed"),
        ("5.1.1", "550 Sender's mailbox cannot be found"),
        ("5.1.1", "550 The from domain is not resolvable"),
        ("5.1.1", "550 Recipient server is down for maintenance"),
        ("5.1.1", "550 Internal error while looking up user"),
        ("5.1.1", "550 account over its limit"),
        ("5.1.1", "550 Mailbox voll"),
        # Sentences in which nothing is said of a reader.
        ("5.1.1", "550 maximum connections reached"),
        ("5.1.1", "550 service unavailable, closing transmission"),
        ("5.1.1", "550 Your message was classified as bulk"),
        ("5.1.1", "550 Bericht te groot"),
    ],
)
def test_words_take_back_what_a_code_says_too_much(status: str, said: str) -> None:
    assert classify("failed", status, said) == BounceClass.TEMPORARY


@pytest.mark.parametrize(
    "said",
    [
        "510 <news@example.org> is not subscribed to this group",
        "550 you are not allowed to post to this list",
        "550 Only members may post to this list",
        "550 Alleen leden mogen naar deze lijst schrijven",
        "550 The user has blocked your address",
        "550 You do not have permission to send to this recipient",
        "550 this mailbox only accepts internal mail",
        "550 We do not accept mail from this address",
        "550 Uw adres is geblokkeerd",
        "550 Die Absenderadresse ist nicht vorhanden",
        "550-Verification failed for <bounces@example.org>",
    ],
)
def test_refusals_of_us_are_told_as_such(said: str) -> None:
    assert is_ours("5.1.1", said)


def test_who_is_called_spam_is_not_refused_for_our_sake() -> None:
    assert not is_ours("", "550 <spam@blacklist.example.org> mailbox is busy")


def flufl_samples() -> Iterator[tuple[str, set[str], set[str]]]:
    """Yield the name of each sample, who failed in it, and who only waits."""
    source = (FLUFL / "test_detectors.py").read_text("utf-8")
    failed: dict[str, set[str]] = {one.name: set() for one in (FLUFL / "data").glob("*.txt")}
    late: dict[str, set[str]] = {name: set() for name in failed}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DETECTORS":
            for _, name, addresses, is_late in ast.literal_eval(node.value):
                into = late if is_late else failed
                into[name] |= {one.decode().lower() for one in addresses}
    yield from ((name, failed[name], late[name]) for name in sorted(failed))


@pytest.mark.skipif(
    not (FLUFL / "test_detectors.py").exists(),
    reason="NEWSLETTER_FLUFL_TESTS does not lead to the tests of flufl.bounce",
)
def test_every_recipient_in_the_samples_of_flufl_bounce_is_found() -> None:
    missed, too_much, given_up = [], [], []
    for name, failed, late in flufl_samples():
        report = read_bounce((FLUFL / "data" / name).read_bytes())
        found = {one.address.lower(): one.kind for one in report.recipients if one.address}
        missed += [(name, one) for one in (failed | late) - set(found)]
        too_much += [(name, one) for one in set(found) - failed - late if failed | late]
        given_up += [(name, one) for one in late if found.get(one) is BounceClass.PERMANENT]

    assert (missed, too_much, given_up) == ([], [], [])
