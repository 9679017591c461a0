"""One look at one source: fetch it and read it. Nothing is written, and a failure is a value."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from feeds.decide import body_mark, may_ask_conditionally, usable_date
from feeds.errors import GatherError
from feeds.fetch import Fetch
from feeds.folder import look_at_folder
from feeds.reading import Read
from feeds.standing import Look, Standing
from feeds.values import Fetched, SourceKind


def look_at(
    source: Standing,
    *,
    fetch: Fetch,
    read: Read,
    now: datetime,
    before_reading: Callable[[], None],
) -> Look:
    """Return what a look brought.

    before_reading: called once the network is not needed any more and there is something to read.
    """
    started = time.perf_counter()
    try:
        if source.kind == SourceKind.PRACTICE:
            look = look_at_folder(source, read=read, now=now)
        else:
            look = _look_at_address(source, fetch, read, now, before_reading)
    except GatherError as failure:
        look = Look(source, failure=failure)
    return replace(look, seconds=time.perf_counter() - started)


def _look_at_address(
    source: Standing,
    fetch: Fetch,
    read: Read,
    now: datetime,
    before_reading: Callable[[], None],
) -> Look:
    fetched = _fetch(source, fetch, now)
    if fetched.status == 304:
        return Look(source, fetched, mark=source.body_hash)
    mark = body_mark(fetched.body, kind=source.kind, source_id=source.id, now=now)
    if mark == source.body_hash:
        return Look(source, _without_body(fetched), mark=mark)
    before_reading()
    parsed = read(
        source.kind,
        fetched.body,
        base_url=fetched.final_url,
        now=now,
        content_type=fetched.content_type,
    )
    return Look(source, _without_body(fetched), parsed=parsed, mark=mark)


def _fetch(source: Standing, fetch: Fetch, now: datetime) -> Fetched:
    if not may_ask_conditionally(source.id, last_success_at=source.last_success_at, now=now):
        return fetch(source.url)
    return fetch(source.url, etag=source.etag, last_modified=usable_date(source.last_modified, now))


def _without_body(fetched: Fetched) -> Fetched:
    return replace(fetched, body=b"")  # looks wait in a row; the documents need not
