"""What name servers say of a domain, asked of a real one on this machine."""

import time

from newsletter.domain_records import DomainAsker
from newsletter.records import SELECTORS, ending, is_of, led_to, lookups, tags
from newsletter.values import DomainRecords
from tests.newsletter.name_server import NameServer

TEXTS = {
    "steunpunt.nl": ["google-site-verification=x", "v=spf1 include:post.nl ~all"],
    "post.nl": ["v=spf1 include:verder.nl include:steunpunt.nl -all"],
    "verder.nl": ["v=spf1 a:een.nl -all"],
    "_dmarc.steunpunt.nl": ["v=DMARC1; p=quarantine"],
    "selector1._domainkey.steunpunt.nl": ["v=DKIM1; k=rsa; p=" + "A" * 600],
}


def ask(server: NameServer, sender: str, bounces: str = "") -> DomainRecords | None:
    asker = DomainAsker(nameservers=["127.0.0.1"], port=server.port)
    return asker(sender, bounces or sender)


def test_every_record_is_found_with_those_it_leads_to() -> None:
    with NameServer(TEXTS) as server:
        found = ask(server, "steunpunt.nl")

    assert found == DomainRecords(
        sender="steunpunt.nl",
        bounces="steunpunt.nl",
        spf=("v=spf1 include:post.nl ~all",),
        included={
            "post.nl": "v=spf1 include:verder.nl include:steunpunt.nl -all",
            "verder.nl": "v=spf1 a:een.nl -all",
            "steunpunt.nl": "v=spf1 include:post.nl ~all",
        },
        dmarc_at="steunpunt.nl",
        dmarc=("v=DMARC1; p=quarantine",),
        keys=("selector1",),
        has_other_keys=False,
    )


def test_the_record_of_a_parent_counts_for_a_domain_without_one() -> None:
    with NameServer({**TEXTS, "nieuws.steunpunt.nl": []}) as server:
        found = ask(server, "nieuws.steunpunt.nl", "steunpunt.nl")

    assert found is not None
    assert (found.dmarc_at, found.dmarc) == ("steunpunt.nl", ("v=DMARC1; p=quarantine",))
    assert (found.keys, found.has_other_keys) == ((), False)


def test_a_key_of_another_name_shows_that_there_is_something() -> None:
    with NameServer({"x-2027._domainkey.school.nl": ["v=DKIM1; p=AAAA"]}) as server:
        found = ask(server, "school.nl")

    assert found is not None
    assert (found.keys, found.has_other_keys) == ((), True)
    assert {f"{one}._domainkey.school.nl" for one in SELECTORS} <= set(server.asked)


def test_what_stands_under_our_own_names_is_told() -> None:
    own = {
        "een._domainkey.steunpunt.nl": ["iets anders", "v=DKIM1; k=rsa; p=MIIB IjAN=="],
        "weg._domainkey.steunpunt.nl": ["v=DKIM1; p="],
    }
    with NameServer({**TEXTS, **own}) as server:
        asker = DomainAsker(
            selectors=["een", "weg", "nergens"], nameservers=["127.0.0.1"], port=server.port
        )
        found = asker("steunpunt.nl", "steunpunt.nl")

    assert found is not None
    assert found.own == {"een": "MIIBIjAN==", "weg": "", "nergens": ""}


def test_where_nobody_knows_the_top_of_a_domain_there_is_no_network() -> None:
    with NameServer({"steunpunt.be": ["v=spf1 -all"]}) as server:
        assert ask(server, "steunpunt.nl") is None


def test_a_server_that_is_silent_holds_nobody_up() -> None:
    with NameServer(TEXTS, silent=True) as server:
        asker = DomainAsker(nameservers=["127.0.0.1"], port=server.port, each_s=0.2, whole_s=0.5)
        started = time.monotonic()

        assert asker("steunpunt.nl", "steunpunt.nl") is None
        assert time.monotonic() - started < 2


def test_records_that_lead_on_without_end_are_followed_a_while_only() -> None:
    chain = {
        f"d{n}.nl": [f"v=spf1 include:d{n + 1}.nl include:..weird {'x' * 400}"] for n in range(50)
    }
    with NameServer(chain) as server:
        found = ask(server, "d0.nl")

    assert found is not None
    assert len(found.included) == 12
    assert lookups(found.spf[0], found.included) > 10


def test_records_are_read_as_they_are_written() -> None:
    assert is_of("V=SPF1 mx -all", "v=spf1")
    assert is_of("v=DMARC1;p=none", "v=dmarc1")
    assert not is_of("v=spf10 mx", "v=spf1")
    assert led_to("v=spf1 ?include:A.nl. redirect=b.nl include:%{d}.nl include:") == [
        "a.nl",
        "b.nl",
    ]
    assert lookups("v=spf1 a mx a:x.nl ip4:192.0.2.1 exists:y.nl ptr all", {}) == 5
    assert lookups("v=spf1 include:x.nl", {"x.nl": "v=spf1 include:x.nl"}) == 11
    assert [
        ending(f"v=spf1 mx{one}") for one in (" -all", " all", " ?all", "", " redirect=x.nl")
    ] == [
        "-",
        "+",
        "?",
        None,
        "",
    ]
    assert tags("v=DMARC1; p = Reject;; rua=mailto:a@example.org") == {
        "v": "DMARC1",
        "p": "Reject",
        "rua": "mailto:a@example.org",
    }
