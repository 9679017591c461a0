"""Pages go over the line in a fraction of their size, and give no secret away by it."""

import re

import pytest
from starlette.testclient import TestClient

from newsletter.values import Role
from newsletter.wiring import Services
from tests.web.desk import desk, post
from web.access import masked, unmasked

ASSET = re.compile(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"')
MOST_BYTES = 60_000


@pytest.mark.parametrize("path", ["/redactie", "/redactie/selecteren", "/static/app.css", "/"])
def test_what_is_long_is_packed(client: TestClient, services: Services, path: str) -> None:
    desk(client, services)

    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = client.get(path, headers={"Accept-Encoding": "identity"})

    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["vary"]
    assert int(answer.headers["content-length"]) < len(answer.content) / 2
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("path", ["/redactie", "/redactie/selecteren", "/redactie/logboek", "/"])
def test_the_first_load_of_a_page_is_small(
    client: TestClient, services: Services, path: str
) -> None:
    desk(client, services, Role.ADMINISTRATOR)

    page = client.get(path)
    loaded = [page, *(client.get(one) for one in ASSET.findall(page.text))]

    assert sum(int(one.headers["content-length"]) for one in loaded) < MOST_BYTES


def test_a_page_carries_its_token_in_other_letters_each_time(
    client: TestClient, services: Services
) -> None:
    desk(client, services, Role.ADMINISTRATOR)

    seen = [
        set(re.findall(r'name="csrf" value="([^"]+)"', client.get("/redactie").text))
        for _ in range(3)
    ]

    assert [len(one) for one in seen] == [1, 1, 1]
    assert len(set.union(*seen)) == 3
    assert len({unmasked(token) for one in seen for token in one}) == 1


def test_the_token_as_it_is_kept_opens_nothing(client: TestClient, services: Services) -> None:
    desk(client, services, Role.ADMINISTRATOR)
    page = client.get("/redactie").text
    (shown,) = set(re.findall(r'name="csrf" value="([^"]+)"', page))
    kept = unmasked(shown).decode()

    answer = client.post("/redactie/edities", data={"csrf": kept, "kind": "newsletter"})

    assert answer.status_code == 403
    assert post(client, "/redactie/edities", {"kind": "newsletter"}).status_code != 403


@pytest.mark.parametrize("given", ["", "x", "=", "é", "A" * 7, "\udcff", "AAAA", "x" * 100_000])
def test_what_is_no_token_is_none(given: str) -> None:
    token = "een-token-van-ons"

    assert unmasked(given) != token.encode()
    assert unmasked(masked(token)) == token.encode()
