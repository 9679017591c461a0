"""Every list of the public site needs as many statements for three rows as for one."""

import pytest
from starlette.testclient import TestClient

from newsletter.wiring import Services
from tests.queries import counted
from tests.web.public.content import BLOCKS, add_edition, add_event, add_example, add_source

LISTS = (
    "/",
    "/archief",
    "/archief.xml",
    "/agenda",
    "/agenda?kant=school&soort=werkbezoek",
    "/agenda.ics",
    "/praktijkvoorbeelden",
)


def grow(services: Services, number: int) -> None:
    """Add one of everything, each from a source of its own."""
    source = add_source(services, f"partner-{number}")
    add_edition(services, number, f"Rij {number}", blocks=BLOCKS)
    add_event(services, f"Rij {number}", days=number, source_id=source)
    add_event(services, f"Rij {number}", days=-number, source_id=source)
    add_example(services, details={"question": f"Rij {number}"}, key=str(number), source_id=source)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_needs_as_many_queries_for_three_rows_as_for_one(
    client: TestClient, services: Services, path: str
) -> None:
    grow(services, 1)
    assert "Rij 1" in client.get(path).text

    with counted(services.db.engine) as one:
        assert client.get(path).status_code == 200
    grow(services, 2)
    grow(services, 3)
    with counted(services.db.engine) as three:
        text = client.get(path).text

    assert "Rij 3" in text
    assert len(three) == len(one) > 0, [s for s in three if s not in one]
