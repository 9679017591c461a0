"""Bringing in a list through the desk: kept, tried, brought in, step by step, each on record.

Reading a long list takes minutes, so it is done beside the pages, by whoever holds the lock; a row
tells how far it is. A step that a crash cut off is taken up again: an import goes on where it was.
The file and what was found in it hold addresses: they lie in a folder of their own, read by nobody
else, and go when the list is done, or a day later.
"""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.dialect import lock
from storage.session import Database
from storage.text import one_line
from subscribers.erased import Erased, note_erased, noted
from subscribers.errors import GroundMissing, ListMovedOn, MalformedImport
from subscribers.importing import COUNTS, ImportReport, import_file
from subscribers.list_rows import AT_WORK, ENDED, ListStep, ReceivedList
from subscribers.sheets import Proposal, ReadAs, propose

KEPT: Final = timedelta(days=1)
LOCK: Final = "lists"
FILE: Final = "list"
FOUND: Final = "found.json"

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Found:
    """What the last step found, person by person. All as `ImportReport` has them."""

    errors: list[dict[str, Any]]
    differences: list[dict[str, Any]]
    notices: list[dict[str, Any]] = field(default_factory=list)


NOTHING: Final = Found([], [])


class Lists:
    """The lists of one database and one folder."""

    def __init__(self, db: Database, folder: Path, *, key: bytes, clock: Clock) -> None:
        self._db, self._folder, self._key, self._clock = db, folder, key, clock

    def receive(self, file: IO[bytes], *, name: str, by: int | None) -> int:
        """Keep a file; return the number of its list.

        Raises MalformedImport for what is no list, and then nothing is kept.
        """
        folder = secrets.token_urlsafe(16)
        kept = self._folder / folder
        kept.mkdir(mode=0o700, parents=True)
        try:
            with os.fdopen(os.open(kept / FILE, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
                shutil.copyfileobj(file, out)
            propose(kept / FILE)
        except (MalformedImport, OSError):
            shutil.rmtree(kept)
            raise
        shown = one_line(name, maximum=200) or "lijst"
        row = ReceivedList(at=self._clock(), user_id=by, name=shown, folder=folder)
        with self._db.write() as session:
            session.add(row)
            session.flush()
            return row.id

    def propose(self, row: ReceivedList) -> Proposal:
        """Say what the file seems to be. Raises MalformedImport, OSError."""
        return propose(self._path(row), _read_as(row))

    def size_bytes(self, row: ReceivedList) -> int:
        """Return how large the file is; 0 when it is gone."""
        try:
            return self._path(row).stat().st_size
        except FileNotFoundError:
            return 0

    def found(self, row: ReceivedList) -> Found:
        """Return what the last step found; nothing when that is gone."""
        try:
            told = json.loads((self._folder / row.folder / FOUND).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return NOTHING
        return Found(**told)

    def read_as(self, list_id: int, how: ReadAs) -> None:
        """Read a list in this way from now on. Raises ListMovedOn; then nothing changed."""
        said = {"encoding": how.encoding, "delimiter": how.delimiter, "columns": {}}
        self._move(list_id, {ListStep.RECEIVED}, ListStep.RECEIVED, **said)

    def try_out(self, list_id: int, *, columns: Mapping[str, int], ground: str) -> None:
        """Let a list be tried. Raises GroundMissing, ListMovedOn; then nothing changed."""
        if not ground.strip():
            raise GroundMissing
        chosen = {"columns": dict(columns), "ground": ground.strip()}
        self._move(list_id, {ListStep.RECEIVED, ListStep.TRIED}, ListStep.TRYING, **chosen)

    def choose_again(self, list_id: int) -> None:
        """Let the columns of a list that was tried be chosen again. Raises ListMovedOn."""
        self._move(list_id, {ListStep.TRIED}, ListStep.RECEIVED)

    def bring_in(self, list_id: int) -> None:
        """Let the people of a list that was tried come in. Raises ListMovedOn."""
        self._move(list_id, {ListStep.TRIED}, ListStep.BRINGING)

    def drop(self, list_id: int) -> None:
        """Do not go on with a list that nobody is at work on; its file goes. Raises ListMovedOn."""
        before = {ListStep.RECEIVED, ListStep.TRIED}
        folder = self._move(list_id, before, ListStep.DROPPED, ended_at=self._clock())
        shutil.rmtree(self._folder / folder, ignore_errors=True)

    def work(self, *, known_themes: Mapping[str, str]) -> int:
        """Do what waits, one list at a time; return how many steps. 0 while another process does.

        known_themes: the slugs that exist, by word, as `import_file` takes them.
        """
        done = 0
        with lock(self._db.engine, LOCK) as held:
            while held is not None and (row := self._next()) is not None:
                self._do(row, known_themes)
                done += 1
        return done

    def forget(self, address_key: str) -> int:
        """Take somebody who is erased out of what is kept of lists; return of how many that was.

        A file that still waits and names them goes as a whole, and its list ends. Whoever is at
        work on one finds the note when the step is done.
        """
        with self._db.read() as session:
            young = select(ReceivedList).where(ReceivedList.at >= self._clock() - KEPT)
            rows = [one for one in session.scalars(young) if (self._folder / one.folder).is_dir()]
        for row in rows:
            note_erased(self._folder / row.folder, address_key, key=self._key)
        return sum(self._take_out(row.id) for row in rows)

    def forget_old(self) -> int:
        """Remove what is kept of lists older than KEPT; return of how many."""
        with self._db.write() as session:
            old = session.scalars(
                select(ReceivedList).where(
                    ReceivedList.at < self._clock() - KEPT, ReceivedList.step.not_in(AT_WORK)
                )
            ).all()
            for row in old:
                if row.state not in ENDED:
                    row.step, row.ended_at = ListStep.DROPPED, self._clock()
            folders = [self._folder / row.folder for row in old]
            young = select(ReceivedList.id).where(ReceivedList.at >= self._clock() - KEPT)
            noted_too = session.scalars(young).all()
        for list_id in noted_too:
            self._take_out(list_id)  # what a crash left
        kept = [folder for folder in folders if folder.exists()]
        for folder in kept:
            shutil.rmtree(folder)
        return len(kept)

    def _take_out(self, list_id: int) -> bool:
        """Do what is noted about a list that nobody is at work on; say whether there was any."""
        with self._db.read() as session:
            row = session.get_one(ReceivedList, list_id)
        erased = noted(self._folder / row.folder, key=self._key)
        if erased is None or row.state in AT_WORK:
            return False
        found = asdict(self.found(row))
        left = erased.left_of(found)
        if left != found:
            self._write_found(row, left)
        return self._drop_if_named(row, erased) or left != found

    def _drop_if_named(self, row: ReceivedList, erased: Erased) -> bool:
        file = self._path(row)
        if not file.exists() or not erased.are_named_in(file):
            return False
        ended = {"ended_at": self._clock(), "counts": {"erased": 1}}
        with suppress(ListMovedOn):  # who took it further finds the note at the end of that step
            folder = self._move(row.id, {row.state}, ListStep.DROPPED, **ended)
            shutil.rmtree(self._folder / folder, ignore_errors=True)
        return True

    def _path(self, row: ReceivedList) -> Path:
        return self._folder / row.folder / FILE

    def _move(
        self, list_id: int, before: Collection[ListStep], to: ListStep, **values: object
    ) -> str:
        """Take a list to its next step, and return its folder. Raises ListMovedOn."""
        with self._db.write() as session:
            moved: str | None = session.scalar(
                update(ReceivedList)
                .where(ReceivedList.id == list_id, ReceivedList.step.in_(before))
                .values(step=to, thousandths=0, **values)
                .returning(ReceivedList.folder)
            )
        if moved is None:
            raise ListMovedOn(f"list {list_id} is at another step")
        return moved

    def _next(self) -> ReceivedList | None:
        with self._db.read() as session:
            waiting = select(ReceivedList).where(ReceivedList.step.in_(AT_WORK))
            return session.scalars(waiting.order_by(ReceivedList.id).limit(1)).first()

    def _do(self, row: ReceivedList, known_themes: Mapping[str, str]) -> None:
        is_trial = row.state is ListStep.TRYING
        try:
            report = import_file(
                self._db.acting(by=row.user_id),
                self._path(row),
                ground=row.ground,
                columns={name: int(place) for name, place in row.columns.items()},
                dry_run=is_trial,
                key=self._key,
                now=self._clock(),
                known_themes=known_themes,
                progress=lambda position, size: self._tell(row.id, position, size),
                source=f"import {row.name}"[:80],
                read_as=_read_as(row),
            )
        except (MalformedImport, OSError) as failure:
            self._end(row, ListStep.FAILED, {"failure": type(failure).__name__})
            return
        self._keep_found(row, report)
        counts = {name: getattr(report, name) for name in (*COUNTS, "shared", "letters")}
        read_as = {"encoding": report.encoding, "delimiter": report.delimiter}
        self._end(row, ListStep.TRIED if is_trial else ListStep.DONE, counts | read_as)

    def _keep_found(self, row: ReceivedList, report: ImportReport) -> None:
        found = Found(
            [asdict(one) for one in report.errors],
            [asdict(one) for one in report.differences],
            [asdict(one) for one in report.notices],
        )
        self._write_found(row, asdict(found))

    def _write_found(self, row: ReceivedList, found: Mapping[str, Any]) -> None:
        path = self._folder / row.folder / FOUND
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(found, out)

    def _tell(self, list_id: int, position: int, size: int) -> None:
        so_far = min(1_000, round(1_000 * position / size)) if size else 0
        with self._db.write() as session:
            session.execute(
                update(ReceivedList).where(ReceivedList.id == list_id).values(thousandths=so_far)
            )

    def _end(self, row: ReceivedList, step: ListStep, counts: Mapping[str, object]) -> None:
        values: dict[str, Any] = {"step": step, "counts": dict(counts)}
        if step in ENDED:
            values["ended_at"] = self._clock()
            self._path(row).unlink(missing_ok=True)  # what was found stays for a day
        with self._db.write() as session:
            session.execute(update(ReceivedList).where(ReceivedList.id == row.id).values(**values))
        self._take_out(row.id)


def _read_as(row: ReceivedList) -> ReadAs:
    return ReadAs(row.encoding, row.delimiter)


def get_list(session: Session, list_id: int) -> ReceivedList | None:
    """Return one list, or None."""
    return session.get(ReceivedList, list_id)


def recent_lists(session: Session, *, limit: int = 20) -> list[ReceivedList]:
    """Return the newest lists, newest first."""
    newest = select(ReceivedList).order_by(ReceivedList.id.desc()).limit(limit)
    return list(session.scalars(newest))
