"""/metrics: how the sending stands, in the text format of Prometheus. No address, no reader.

Who may read it: whoever has the token of the settings. Without one, this machine itself, asked by
its own name and through no proxy: behind a proxy on this machine everybody seems to be near.
"""

import hmac
from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from newsletter.send.watching import meter
from newsletter.send.watching.gauges import Gauges, read_gauges
from newsletter.send.watching.meter import Figure
from newsletter.values import DeliveryState
from newsletter.ways_out import LOOPBACK
from newsletter.wiring import Services
from storage.errors import StorageError

FORWARDED: Final = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
STATES: Final = tuple(DeliveryState)
NOT_KEPT: Final = {"Cache-Control": "no-store"}


def show_metrics(request: Request, services: Services) -> Response:
    """Answer a request for the figures."""
    token = services.settings.metrics_token
    if token and not _has_token(request, token):
        headers = {**NOT_KEPT, "WWW-Authenticate": "Bearer"}
        return PlainTextResponse("give the token\n", status_code=401, headers=headers)
    if not token and not _is_near(request):
        return PlainTextResponse("not from there\n", status_code=403, headers=NOT_KEPT)
    try:
        with services.db.read() as session:
            gauges = read_gauges(session, now=services.clock())
    except StorageError:
        return PlainTextResponse("no database\n", status_code=503, headers=NOT_KEPT)
    return Response(written(gauges), media_type=CONTENT_TYPE_LATEST, headers=NOT_KEPT)


def written(gauges: Gauges) -> bytes:
    """Return the figures in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(gauges))
    return generate_latest(registry)


class _Collector:
    """Gives what was read to the library that writes it."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        yield from _of_deliveries(self._gauges)
        yield from _of_counts(self._gauges.figures)
        yield from _of_state(self._gauges)


def _of_deliveries(gauges: Gauges) -> Iterator[Metric]:
    found = GaugeMetricFamily(
        "newsletter_deliveries",
        "Deliveries of the editions under way, by state.",
        labels=("edition", "state"),
    )
    for edition_id, counted in sorted(gauges.deliveries.items()):
        for state in STATES:
            found.add_metric([str(edition_id), state.value], counted[state])
    yield found
    doubtful = sum(one[DeliveryState.IN_DOUBT] for one in gauges.deliveries.values())
    yield GaugeMetricFamily(
        "newsletter_in_doubt", "Deliveries under way that may have arrived.", value=doubtful
    )


def _of_counts(figures: tuple[Figure, ...]) -> Iterator[Metric]:
    answers = CounterMetricFamily(
        "newsletter_answers",
        "What became of attempts, by state and class of the answer.",
        labels=("state", "answer"),
    )
    for one in figures:
        if one.name == meter.ANSWERS:
            answers.add_metric(one.label.split(maxsplit=1), one.value)
    yield answers
    value = {(one.name, one.label): one.value for one in figures}
    for name, words, key, divided in (
        ("pace_waits", "Times that the pace held a worker up.", (meter.WAITS, "number"), 1),
        ("pace_wait_seconds", "How long it did.", (meter.WAITS, "milliseconds"), 1000),
        ("lease_takeovers", "Leases taken over from a worker.", (meter.TAKEOVERS, ""), 1),
        ("taken_back", "Messages found in a dead worker's hands.", (meter.TAKEN_BACK, ""), 1),
    ):
        yield CounterMetricFamily(f"newsletter_{name}", words, value=value.get(key, 0) / divided)


def _of_state(gauges: Gauges) -> Iterator[Metric]:
    relay = next((one.value for one in gauges.figures if one.name == meter.RELAY), None)
    for name, words, value in (
        ("messages_per_second", "Messages settled a second, lately.", gauges.per_second),
        ("oldest_due_seconds", "Since the oldest unsent edition was due.", gauges.oldest_due_s),
        ("sign_ups_waiting", "Sign-ups whose mail is still to go.", gauges.sign_ups),
        ("relay_up", "Whether the relay was reached when last tried.", relay),
        ("tick_age_seconds", "Since the clock last asked what is due.", gauges.tick_age_s),
    ):
        if value is not None:
            yield GaugeMetricFamily(f"newsletter_{name}", words, value=value)


def _has_token(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode())


def _is_near(request: Request) -> bool:
    client = request.client.host if request.client else ""
    is_forwarded = any(name in request.headers for name in FORWARDED)
    return client in LOOPBACK and (request.url.hostname or "") in LOOPBACK and not is_forwarded
