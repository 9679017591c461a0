from feeds.values import ItemKind
from newsletter.compose.choose import Choice
from newsletter.compose.placing import blocks_for
from tests.factories import make_item


def placed(*items: tuple[int, ItemKind, list[str]]) -> list[tuple[int | None, str, bool]]:
    rows = {number: make_item(number, kind, audiences=sides) for number, kind, sides in items}
    for number, row in rows.items():
        row.id = number
    blocks = blocks_for(Choice(news=tuple(rows)), rows)
    return [(one.item_id, one.kind, bool(one.fields.get("lead"))) for one in blocks]


def test_report_that_everybody_gets_opens_and_others_are_reports() -> None:
    assert placed(
        (1, ItemKind.NEWS, []),
        (2, ItemKind.REPORT, ["school"]),
        (3, ItemKind.REPORT, []),
        (4, ItemKind.REPORT, []),
    ) == [
        (3, "article", True),
        (1, "article", False),
        (2, "report", False),
        (4, "report", False),
    ]


def test_news_opens_without_a_report_for_everybody() -> None:
    assert placed((1, ItemKind.REPORT, ["school"]), (2, ItemKind.NEWS, [])) == [
        (2, "article", True),
        (1, "report", False),
    ]


def test_nothing_opens_when_nothing_is_for_everybody() -> None:
    assert placed((1, ItemKind.NEWS, ["school"])) == [(1, "article", False)]
