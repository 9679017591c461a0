"""How fast an edition goes, why no faster, and when it is done: in sentences for editors."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from newsletter.dutch import capital, clock, in_sentence, join, number, plural, relative
from newsletter.limits import Limit, Limits
from newsletter.send.watching.outlook import Holding, WarmingUp, Why

PERIOD_WORDS: Final = {1: "seconde", 60: "minuut", 3600: "uur"}
SOON: Final = timedelta(minutes=1)
TODAY: Final = timedelta(minutes=90)


def rate_words(per_second: float) -> tuple[str, str]:
    """Return ("per seconde", "12,3"), or by the minute where few go."""
    if not per_second:
        return "per seconde", "–"
    if per_second >= 1:
        return "per seconde", _few(per_second)
    return "per minuut", _few(per_second * 60)


def remaining_words(end: datetime | None, now: datetime) -> tuple[str, str]:
    """Return how long it still takes and when it is done: ("12 minuten", "rond 10.42 uur").

    The first is "" for what ends another hour or day, both when nobody can say.
    """
    if end is None:
        return "", ""
    takes = max(end - now, timedelta(seconds=1))
    if takes < SOON:
        return plural(round(takes.total_seconds()), "seconde", "seconden"), ""
    if takes < TODAY:
        minutes = plural(round(takes / SOON), "minuut", "minuten")
        return minutes, f"rond {clock(end)} uur"
    return "", in_sentence(relative(_rounded(end), now))


def holding_words(
    holdings: Sequence[Holding], warming: WarmingUp | None, now: datetime
) -> list[str]:
    """Return a sentence for each thing that holds the sending up."""
    domains = [one for one in holdings if one.host]
    told = [_of_all(one, warming, now) for one in holdings if not one.host]
    if warming and warming.left:
        told.append(
            f"Mailservers leren ons nog kennen, dit is dag {warming.day} van {warming.days}. "
            f"Vandaag gaan er hoogstens {plural(warming.number, 'mail', 'mails')} uit, "
            f"daarvan zijn er nog {number(warming.left)} over."
        )
    for why, words in (
        (Why.DOMAIN, "Naar {} gaat het langzamer, zo staat het ingesteld. De rest gaat door."),
        (Why.SLOWED, "{} vroeg om het rustiger aan te doen. De rest gaat door."),
    ):
        if hosts := [one.host for one in domains if one.why is why]:
            told.append(words.format(join(hosts)))
    return told


def quiet_words(at: datetime, limits: Limits, now: datetime) -> str:
    """Say when the first mail goes of what is due in quiet hours; "" outside them."""
    until = limits.quiet_until(at)
    if until is None:
        return ""
    return f"Dat is in de stille uren: de eerste mail gaat {in_sentence(relative(until, now))} uit."


def _of_all(one: Holding, warming: WarmingUp | None, now: datetime) -> str:
    again = in_sentence(relative(one.until, now)) if one.until else ""
    if one.why is Why.QUIET:
        return f"Het zijn stille uren. {capital(again)} gaat het verzenden verder."
    if one.why is Why.WARM_UP and warming:
        return (
            f"Mailservers leren ons nog kennen. De {plural(warming.number, 'mail', 'mails')} van "
            f"vandaag zijn weg, {again} gaat het verder."
        )
    return f"Het gaat niet sneller dan {_limit(one.limit)}, zo staat het ingesteld."


def _limit(limit: Limit | None) -> str:
    if limit is None:
        return "is afgesproken"
    return f"{plural(limit.number, 'mail', 'mails')} per {PERIOD_WORDS[limit.period_s]}"


def _few(value: float) -> str:
    return f"{value:.1f}".replace(".", ",") if value < 10 else number(round(value))


def _rounded(moment: datetime) -> datetime:
    """Return the quarter of an hour that it is nearest to: more is not known so far ahead."""
    quarter = 900
    seconds = round(moment.timestamp() / quarter) * quarter
    return datetime.fromtimestamp(seconds, tz=moment.tzinfo)
