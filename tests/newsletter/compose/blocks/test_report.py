from feeds.values import ItemKind
from newsletter.compose.blocks import report
from newsletter.compose.blocks.kind import NBSP, Frame
from newsletter.values import EditionKind
from tests.factories import make_item

FRAME = Frame(base_url="https://nieuwsbrief.example.org", edition_kind=EditionKind.NEWSLETTER)


def presentations(lines: str) -> list[tuple[str, str, str]]:
    shown = report.view({**report.KIND.blank, "presentations": lines}, FRAME)["presentations"]
    return [(one["title"], one["url"], one["size"]) for one in shown]


def test_presentations_are_a_line_each_in_any_order_of_their_pieces() -> None:
    lines = (
        "Het dossier | https://x.example.org/d.pdf | pdf, 2,4 MB\n\n"
        "https://x.example.org/v.pdf|Vragen\n"
        "https://x.example.org/alleen.pdf\n"
        "Zonder adres | javascript:alert(1)\n"
        " | "
    )

    assert presentations(lines) == [
        ("Het dossier", "https://x.example.org/d.pdf", "pdf, 2,4 MB".replace(" ", NBSP)),
        ("Vragen", "https://x.example.org/v.pdf", ""),
        ("Presentatie op x.example.org", "https://x.example.org/alleen.pdf", ""),
        ("Zonder adres", "", "javascript:alert(1)"),
    ]


def test_report_is_filled_from_its_item() -> None:
    item = make_item(
        1,
        ItemKind.REPORT,
        title="Wat de commissie wil zien",
        summary="Een goed dossier is dun.",
        url="https://x.example.org/verslag",
        details={
            "session": "Themasessie in Doorn",
            "leader": "een projectleider",
            "presentations": [
                {"title": "Het dossier", "url": "https://x.example.org/d.pdf", "size": "2,4 MB"},
                "geen presentatie",
            ],
        },
    )

    fields = report.from_item(item)
    shown = report.view(fields, FRAME)

    assert fields["presentations"] == "Het dossier | https://x.example.org/d.pdf | 2,4 MB"
    assert shown["title"] == "Wat de commissie wil zien"
    assert shown["byline"] == "Themasessie in Doorn. Onder leiding van een projectleider"
    assert shown["paragraphs"] == ["Een goed dossier is dun."]
    assert shown["url"] == "https://x.example.org/verslag"
    assert shown["link_text"] == "Lees het hele verslag"


def test_item_without_details_gives_a_report_without_presentations() -> None:
    fields = report.from_item(make_item(1, ItemKind.REPORT, details={"presentations": "los"}))

    assert report.view(fields, FRAME)["presentations"] == []
    assert report.view(fields, FRAME)["byline"] == ""
