"""Links: each token is of one purpose and one way of writing, and no other string passes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import ExpiredToken, InvalidToken
from subscribers.links import Links, LinkTarget, Purpose

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
LINKS = Links(key=b"k" * 32, base_url="https://nieuwsbrief.example.org/")

ids = st.integers(1, 2**32 - 1)
MAKE: dict[Purpose, Callable[[int, int], str]] = {
    Purpose.UNSUBSCRIBE: LINKS.unsubscribe_url,
    Purpose.ONE_CLICK: LINKS.one_click_url,
    Purpose.PREFERENCES: LINKS.preferences_url,
    Purpose.POLL: LINKS.poll_url,
    Purpose.CONFIRM: lambda subscriber, _: LINKS.confirm_url(subscriber, now=NOW),
    Purpose.BOUNCE: lambda subscriber, edition: LINKS.bounce_tokens([(subscriber, edition)])[0],
    Purpose.MOVE: lambda one, _: LINKS.move_url(one, now=NOW),
    Purpose.CONFIRM_SUBMISSION: lambda one, _: LINKS.confirm_submission_url(one, now=NOW),
    Purpose.SUBMISSION: lambda one, _: LINKS.submission_url(one),
}
READ: dict[Purpose, Callable[[str], LinkTarget]] = {
    Purpose.UNSUBSCRIBE: LINKS.read_unsubscribe,
    Purpose.ONE_CLICK: LINKS.read_unsubscribe,
    Purpose.PREFERENCES: LINKS.read_preferences,
    Purpose.POLL: LINKS.read_poll,
    Purpose.CONFIRM: lambda token: LINKS.read_confirm(token, now=NOW),
    Purpose.BOUNCE: LINKS.read_bounce_token,
    Purpose.MOVE: lambda token: LinkTarget(LINKS.read_move(token, now=NOW)),
    Purpose.CONFIRM_SUBMISSION: lambda token: LinkTarget(
        LINKS.read_confirm_submission(token, now=NOW)
    ),
    Purpose.SUBMISSION: lambda token: LinkTarget(LINKS.read_submission(token)),
}


def token_of(url: str) -> str:
    return url.rsplit("/", 1)[-1]


def flip(token: str, bit: int, alphabet: str) -> str:
    """Change one bit of what the characters stand for."""
    width = len(alphabet).bit_length() - 1
    place, within = divmod(bit % (len(token) * width), width)
    changed = alphabet[alphabet.index(token[place]) ^ (1 << within)]
    return token[:place] + changed + token[place + 1 :]


@given(subscriber=ids, edition=ids)
def test_each_link_reads_back_as_what_it_was_made_for(subscriber: int, edition: int) -> None:
    got = {purpose: READ[purpose](token_of(MAKE[purpose](subscriber, edition))) for purpose in MAKE}

    assert got == {
        Purpose.UNSUBSCRIBE: LinkTarget(subscriber, edition),
        Purpose.ONE_CLICK: LinkTarget(subscriber, edition),
        Purpose.PREFERENCES: LinkTarget(subscriber, edition),
        Purpose.POLL: LinkTarget(subscriber, edition),
        Purpose.CONFIRM: LinkTarget(subscriber),
        Purpose.BOUNCE: LinkTarget(subscriber, edition),
        Purpose.MOVE: LinkTarget(subscriber),
        Purpose.CONFIRM_SUBMISSION: LinkTarget(subscriber),
        Purpose.SUBMISSION: LinkTarget(subscriber),
    }


@given(subscriber=ids, edition=ids, bit=st.integers(0), purpose=st.sampled_from(Purpose))
def test_any_flipped_bit_is_refused(
    subscriber: int, edition: int, bit: int, purpose: Purpose
) -> None:
    token = token_of(MAKE[purpose](subscriber, edition))
    alphabet = BASE32 if purpose is Purpose.BOUNCE else BASE64URL

    with pytest.raises(InvalidToken):
        READ[purpose](flip(token, bit, alphabet))


@pytest.mark.parametrize("made", sorted(set(Purpose) - {Purpose.BOUNCE}))
@pytest.mark.parametrize("read", sorted(set(Purpose) - {Purpose.BOUNCE}))
def test_a_token_of_another_purpose_is_refused(made: Purpose, read: Purpose) -> None:
    token = token_of(MAKE[made](7, 3))
    unsubscribing = {Purpose.UNSUBSCRIBE, Purpose.ONE_CLICK}
    if made is read or {made, read} == unsubscribing:
        assert READ[read](token).subscriber_id == 7
        return

    with pytest.raises(InvalidToken):
        READ[read](token)


@given(text=st.text())
def test_any_other_text_is_refused(text: str) -> None:
    for read in READ.values():
        with pytest.raises(InvalidToken):
            read(text)


@pytest.mark.parametrize("spoil", [lambda t: t + "==", lambda t: " " + t, lambda t: t + "A"])
def test_only_one_way_of_writing_is_accepted(spoil: Callable[[str], str]) -> None:
    token = token_of(LINKS.unsubscribe_url(7, 3))

    with pytest.raises(InvalidToken):
        LINKS.read_unsubscribe(spoil(token))


def test_another_key_reads_nothing() -> None:
    token = token_of(LINKS.unsubscribe_url(7, 3))

    with pytest.raises(InvalidToken):
        Links(key=b"x" * 32, base_url="https://example.org").read_unsubscribe(token)


def test_links_have_their_paths_and_lengths() -> None:
    urls = [LINKS.unsubscribe_url(7, 3), LINKS.one_click_url(7, 3), LINKS.preferences_url(7)]
    urls.append(LINKS.confirm_url(7, now=NOW))
    urls += [LINKS.confirm_submission_url(7, now=NOW), LINKS.submission_url(7)]

    shown = [(url.rsplit("/", 1)[0], len(token_of(url))) for url in urls]

    base = "https://nieuwsbrief.example.org"
    assert shown == [
        (f"{base}/afmelden", 22),
        (f"{base}/afmelden", 22),
        (f"{base}/voorkeuren", 22),
        (f"{base}/bevestigen", 22),
        (f"{base}/praktijkvoorbeelden/bevestigen", 22),
        (f"{base}/praktijkvoorbeelden/inzending", 22),
    ]
    assert len({token_of(url) for url in urls}) == 6


def test_a_page_of_links_equals_its_links_one_by_one() -> None:
    pairs = [(subscriber, 3) for subscriber in range(1, 501)]

    assert LINKS.many(Purpose.ONE_CLICK, pairs) == [LINKS.one_click_url(*pair) for pair in pairs]
    assert LINKS.bounce_tokens(pairs) == [MAKE[Purpose.BOUNCE](*pair) for pair in pairs]
    assert LINKS.many(Purpose.ONE_CLICK, []) == []


def test_a_bounce_token_survives_a_change_of_case() -> None:
    token = MAKE[Purpose.BOUNCE](7, 3)

    assert len(token) == 26
    assert token == token.lower()
    assert LINKS.read_bounce_token(token.upper()) == LinkTarget(7, 3)


def test_a_confirmation_works_for_fourteen_days() -> None:
    token = token_of(LINKS.confirm_url(7, now=NOW))

    assert LINKS.read_confirm(token, now=NOW + timedelta(days=14)) == LinkTarget(7)
    with pytest.raises(ExpiredToken):
        LINKS.read_confirm(token, now=NOW + timedelta(days=14, minutes=2))


def test_what_was_sent_in_is_confirmed_within_fourteen_days_and_its_page_stays() -> None:
    token = token_of(LINKS.confirm_submission_url(7, now=NOW))

    assert LINKS.read_confirm_submission(token, now=NOW + timedelta(days=14)) == 7
    with pytest.raises(ExpiredToken):
        LINKS.read_confirm_submission(token, now=NOW + timedelta(days=14, minutes=2))
    assert LINKS.read_submission(token_of(LINKS.submission_url(7))) == 7


def test_links_of_a_former_key_are_read_and_new_ones_are_made_with_the_new_one() -> None:
    base, old, new = "https://example.org", b"o" * 32, b"n" * 32
    before, after = Links(old, base), Links(new, base, former=(b"f" * 32, old))

    assert after.read_unsubscribe(token_of(before.unsubscribe_url(7, 3))) == LinkTarget(7, 3)
    assert after.read_unsubscribe(token_of(before.one_click_url(7, 3))) == LinkTarget(7, 3)
    assert after.read_preferences(token_of(before.preferences_url(7))) == LinkTarget(7)
    assert after.read_poll(token_of(before.poll_url(7, 3))) == LinkTarget(7, 3)
    assert after.read_submission(token_of(before.submission_url(7))) == 7
    assert after.read_bounce_token(before.bounce_tokens([(7, 3)])[0]) == LinkTarget(7, 3)
    assert after.unsubscribe_url(7, 3) == Links(new, base).unsubscribe_url(7, 3)
    with pytest.raises(InvalidToken):
        after.read_preferences(token_of(before.unsubscribe_url(7, 3)))


def test_a_former_key_confirms_nothing() -> None:
    before = Links(b"o" * 32, "https://example.org")
    after = Links(b"n" * 32, "https://example.org", former=(b"o" * 32,))

    with pytest.raises(InvalidToken):
        after.read_confirm(token_of(before.confirm_url(7, now=NOW)), now=NOW)
    with pytest.raises(InvalidToken):
        after.read_confirm_submission(token_of(before.confirm_submission_url(7, now=NOW)), now=NOW)
