"""Who reads our signatures as a mail server does: dkimpy, with records from a table."""

from collections.abc import Iterable, Mapping

import dkim

from newsletter.dkim_keys import DkimKey


def records_of(keys: Iterable[DkimKey], domain: str = "example.org") -> dict[str, str]:
    """Return what DNS says when the records of these keys stand in it."""
    return {key.name(domain): key.record for key in keys}


def verdicts(message: bytes, records: Mapping[str, str]) -> list[bool]:
    """Return whether each signature holds, the uppermost first; [] for a mail without any."""

    def look_up(name: bytes, timeout: int = 5) -> str | None:
        return records.get(name.decode().rstrip("."))

    seen = dkim.DKIM(message)
    count = sum(name.lower() == b"dkim-signature" for name, _ in seen.headers)
    return [_holds(dkim.DKIM(message), one, look_up) for one in range(count)]


def _holds(seen: dkim.DKIM, index: int, look_up: object) -> bool:
    try:
        return bool(seen.verify(idx=index, dnsfunc=look_up))
    except dkim.ValidationError:  # the body is another
        return False


def tags(message: bytes) -> list[dict[str, str]]:
    """Return the tags of each signature, without the folding."""
    return [
        {
            name.strip().decode(): b"".join(value.split()).decode()
            for name, _, value in (part.partition(b"=") for part in field.split(b";"))
        }
        for name, field in dkim.DKIM(message).headers
        if name.lower() == b"dkim-signature"
    ]
