"""Why a mail was not taken, by what servers say."""

import pytest

from newsletter.send.failures import Why, why_failed


@pytest.mark.parametrize(
    ("code", "status", "why"),
    [
        (550, "5.1.1", Why.ADDRESS),
        (550, "5.2.1", Why.ADDRESS),
        (552, "5.2.2", Why.FULL),
        (550, "5.7.1", Why.POLICY),
        (554, "5.6.0", Why.POLICY),
        (553, "5.6.7", Why.LETTERS),
        (550, "User ", Why.ADDRESS),
        (551, "moved", Why.ADDRESS),
        (552, "too b", Why.FULL),
        (554, "no wa", Why.OTHER),
        (550, "5.3.0", Why.OTHER),
        (450, "4.2.1", Why.PATIENCE),
        (None, "lost ", Why.PATIENCE),
        (None, "the c", Why.PATIENCE),
        (None, "nothi", Why.OURS),
        (None, "a hea", Why.OURS),
    ],
)
def test_why_a_mail_was_not_taken(code: int | None, status: str, why: Why) -> None:
    assert why_failed(code, status) is why
