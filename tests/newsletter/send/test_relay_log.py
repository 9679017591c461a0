"""The relay's log: what it proves about a message, and what it leaves open."""

import gzip
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.send.doubt.relay_log import Fate, RelayLog

MINE = f"<e1.{'a' * 24}@example.org>"
OTHER = f"<e1.{'b' * 24}@example.org>"
NOW = datetime(2026, 11, 28, 10, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def line(program: str, said: str, at: datetime = NOW, pid: int = 7) -> str:
    return f"{at:%b} {at.day:2} {at:%H:%M:%S} relay postfix/{program}[{pid}]: {said}\n"


BEFORE = line("anvil", "statistics", NOW - SECOND)
CONNECT = line("smtpd", "connect from unknown[127.0.0.1]")
CLIENT = line("smtpd", "4A0B1C2D3E: client=unknown[127.0.0.1]")
ID = line("cleanup", f"4A0B1C2D3E: message-id={MINE}")
ACTIVE = line("qmgr", "4A0B1C2D3E: from=<a@example.org>, size=900, nrcpt=1 (queue active)")
LOST = line("smtpd", "lost connection after DATA (814 bytes) from unknown[127.0.0.1]")
END = line("smtpd", "disconnect from unknown[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1")
OURS = line("cleanup", f"9A0B1C2D3E: message-id={OTHER}", NOW - SECOND)


def told(tmp_path: Path, *lines: str, since: datetime = NOW) -> Fate:
    path = tmp_path / "mail.log"
    path.write_text("".join(lines))
    return RelayLog(path).look_up([MINE], since)[MINE]


ACCEPTING = {
    "active": ACTIVE,
    "sent": line(
        "smtp", "4A0B1C2D3E: to=<b@example.org>, relay=x[192.0.2.1]:25, status=sent (250)"
    ),
    "put off": line("smtp", "4A0B1C2D3E: to=<b@example.org>, relay=none, status=deferred (no)"),
    "bounced": line("smtp", "4A0B1C2D3E: to=<b@example.org>, relay=none, status=bounced (no)"),
    "removed": line("qmgr", "4A0B1C2D3E: removed"),
}


@pytest.mark.parametrize("line", ACCEPTING.values(), ids=ACCEPTING)
def test_what_the_relay_goes_on_with_was_accepted(tmp_path: Path, line: str) -> None:
    assert told(tmp_path, BEFORE, CONNECT, CLIENT, ID, line) is Fate.ACCEPTED


REFUSING = {
    "cut off in the body": (CONNECT, CLIENT, ID, LOST, END),
    "cut off in a chunk": (CONNECT, CLIENT, ID, LOST.replace("DATA", "BDAT"), END),
    "timed out": (CONNECT, CLIENT, ID, LOST.replace("lost connection", "timeout"), END),
    "cut off before its head came": (CONNECT, CLIENT, LOST, END),
    "cut off before the recipient": (CONNECT, END),
    "refused by what looks into it": (
        CONNECT,
        CLIENT,
        ID,
        line("cleanup", "4A0B1C2D3E: milter-reject: END-OF-MESSAGE from unknown[127.0.0.1]: 5.7.1"),
        END,
    ),
    "the relay was started again": (CONNECT, line("master", "daemon started -- version 3.7"), END),
}


@pytest.mark.parametrize("lines", REFUSING.values(), ids=REFUSING)
def test_what_was_cut_off_was_not_accepted(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert told(tmp_path, BEFORE, OURS, *lines) is Fate.NOT_ACCEPTED


UNKNOWN = {
    "nothing": (),
    "the conversation goes on": (BEFORE, OURS, CONNECT, CLIENT),
    "another one goes on": (BEFORE, OURS, CONNECT, END, CONNECT.replace("[7]", "[8]")),
    "it ended, and the queue is not there yet": (BEFORE, OURS, CONNECT, CLIENT, ID, END),
    "the log begins later": (OURS.replace("59:59", "00:05").replace("09:", "10:"), CONNECT, END),
    "the log is of another relay": (BEFORE, CONNECT, CLIENT, LOST, END),
    "the conversations ended before": (
        BEFORE,
        OURS,
        *(one.replace("10:00:00", "09:59:59") for one in (CONNECT, END)),
    ),
    "lines were dropped": (
        BEFORE,
        OURS,
        f"{NOW:%b %d %H:%M:%S} relay rsyslogd[1]: imuxsock lost 12 messages due to rate-limiting\n",
        CONNECT,
        END,
    ),
    "the last line is not whole": (BEFORE, OURS, CONNECT, CLIENT, LOST, END[:-1]),
}


@pytest.mark.parametrize("lines", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_proved_is_unknown(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert told(tmp_path, *lines) is Fate.UNKNOWN


def test_a_log_that_is_not_there_tells_nothing(tmp_path: Path) -> None:
    assert RelayLog(tmp_path / "none").look_up([MINE], NOW) == {MINE: Fate.UNKNOWN}


def test_as_many_conversations_must_have_ended_as_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text("".join([BEFORE, OURS, CONNECT, END]))
    log, third = RelayLog(path), f"<e1.{'c' * 24}@example.org>"

    one, two = log.look_up([MINE], NOW), log.look_up([MINE, third], NOW)

    assert one == {MINE: Fate.NOT_ACCEPTED}
    assert two == dict.fromkeys([MINE, third], Fate.UNKNOWN)


HOSTILE = {
    "in a Message-ID": line("cleanup", f"4A0B1C2D3F: message-id={MINE} (queue active)"),
    "in a greeting": line("smtpd", f"warning: 4A0B1C2D3E: message-id={MINE}"),
    "in an address": line("smtp", "FFFFFFFFFF: to=<4A0B1C2D3E: removed>, status=sent (250)"),
    "of another program": "Nov 28 10:00:00 relay sshd[1]: postfix/qmgr[7]: 4A0B1C2D3E: removed\n",
    "behind a huge line": "x" * 4096 + line("qmgr", "4A0B1C2D3E: removed"),
    "with bytes of nothing": "\x00\xff\x1b[2J" + line("qmgr", "4A0B1C2D3E: removed"),
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_what_people_can_write_into_it_proves_nothing(tmp_path: Path, line: str) -> None:
    fate = told(tmp_path, BEFORE, OURS, CONNECT, CLIENT, ID, line, LOST, END)

    assert fate is Fate.NOT_ACCEPTED


def test_a_queue_id_that_is_given_out_again_is_another_message(tmp_path: Path) -> None:
    fate = told(
        tmp_path, BEFORE, OURS, CONNECT, CLIENT, ID, LOST, END, CONNECT, CLIENT, ACTIVE, END
    )

    assert fate is Fate.NOT_ACCEPTED


def test_the_new_form_of_moments_is_read_with_its_offset(tmp_path: Path) -> None:
    def new(text: str, at: datetime) -> str:
        return f"{at.isoformat(timespec='microseconds')}{text[15:]}"

    lines = [new(one, NOW) for one in (CONNECT, CLIENT, LOST, END)]
    before = [new(one, NOW - SECOND) for one in (BEFORE, OURS)]
    ahead = [one.replace("T10:", "T11:").replace("+00:00", "+01:00") for one in lines]

    assert told(tmp_path, *before, *lines) is Fate.NOT_ACCEPTED
    assert told(tmp_path, *before, *ahead) is Fate.NOT_ACCEPTED


@pytest.mark.parametrize("is_packed", [False, True])
def test_what_was_put_aside_is_read_too(tmp_path: Path, *, is_packed: bool) -> None:
    older = "".join([BEFORE, OURS, CONNECT, CLIENT, ID]).encode()
    if is_packed:
        (tmp_path / "mail.log.1.gz").write_bytes(gzip.compress(older))
    else:
        (tmp_path / "mail.log.1").write_bytes(older)

    assert told(tmp_path, ACTIVE) is Fate.ACCEPTED


def test_it_is_read_on_from_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text("".join([BEFORE, OURS, CONNECT, CLIENT, ID[:30]]))
    log = RelayLog(path)
    first = log.look_up([MINE], NOW)
    with path.open("a") as file:
        file.write(ID[30:] + ACTIVE)

    second = log.look_up([MINE], NOW)

    assert (first[MINE], second[MINE]) == (Fate.UNKNOWN, Fate.ACCEPTED)


def test_a_log_that_is_put_aside_meanwhile_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text("".join([BEFORE, OURS, CONNECT, CLIENT]))
    log = RelayLog(path)
    first = log.look_up([MINE], NOW)
    with path.open("a") as file:
        file.write(ID)
    path.rename(tmp_path / "mail.log.1")
    path.write_text(ACTIVE)

    second = log.look_up([MINE], NOW)

    assert (first[MINE], second[MINE]) == (Fate.UNKNOWN, Fate.ACCEPTED)


def test_a_large_log_is_read_from_where_it_matters(tmp_path: Path) -> None:
    path, old = tmp_path / "mail.log", NOW - timedelta(days=2)
    with path.open("w") as file:
        for number in range(60_000):
            file.write(line("smtpd", "x" * 50, old + timedelta(seconds=number)))
        file.writelines([BEFORE, OURS, CONNECT, CLIENT, ID, ACTIVE])
    log, size = RelayLog(path), os.path.getsize(path)  # noqa: PTH202 - one call

    fate = log.look_up([MINE], NOW)

    assert size > 4 << 20
    assert fate == {MINE: Fate.ACCEPTED}


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_a_line_without_a_year_is_of_the_year_that_fits(tmp_path: Path, year: int) -> None:
    midnight = datetime(year, 1, 1, 0, 0, 5, tzinfo=UTC)
    before = datetime(year - 1, 12, 31, 23, 59, 59, tzinfo=UTC)
    lines = [
        line("cleanup", f"9A0B1C2D3E: message-id={OTHER}", before),
        line("smtpd", "connect from x", midnight),
        line("smtpd", "disconnect from x", midnight),
    ]

    assert told(tmp_path, *lines, since=midnight) is Fate.NOT_ACCEPTED
