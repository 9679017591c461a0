import pytest

from newsletter.compose.blocks import image
from newsletter.compose.blocks.kind import Frame
from newsletter.values import EditionKind

SITE = "https://nieuwsbrief.example.org"
NAME = f"{'a1' * 32}.jpg"
MAIL = Frame(base_url=SITE, edition_kind=EditionKind.NEWSLETTER)
PAGE = Frame(base_url="", edition_kind=EditionKind.NEWSLETTER)


def shown(frame: Frame = MAIL, **fields: str) -> tuple[str, str]:
    view = image.view({**image.KIND.blank, **fields}, frame)
    return view["image"], view["image_alt"]


@pytest.mark.parametrize(
    "address",
    [f"/beeld/{NAME}", f"{SITE}/beeld/{NAME}", f"/redactie/beeld/{NAME}", f" {SITE}/beeld/{NAME} "],
)
def test_picture_of_ours_is_shown_however_its_address_was_copied(address: str) -> None:
    assert shown(picture=address, alt="Een klas") == (f"{SITE}/beeld/{NAME}", "Een klas")


def test_page_of_our_site_gets_a_path() -> None:
    assert shown(PAGE, picture=f"{SITE}/beeld/{NAME}", alt="Een klas")[0] == f"/beeld/{NAME}"


@pytest.mark.parametrize(
    "address",
    [
        "",
        f"https://elders.example.org/beeld/{NAME}",
        f"//elders.example.org/beeld/{NAME}",
        "https://elders.example.org/foto.jpg",
        "/beeld/../geheim.jpg",
        "/beeld/kort.jpg",
        "/static/app.css",
        "data:image/png;base64,AAAA",
        "http://[",
    ],
)
def test_picture_elsewhere_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - a bad address has a message of its own
        shown(picture=address, alt="Een klas")


def test_picture_is_described_or_decorative() -> None:
    assert shown(picture=f"/beeld/{NAME}", decorative="ja", alt="Oud")[1] == ""
    with pytest.raises(ValueError, match="description"):
        shown(picture=f"/beeld/{NAME}", alt=" ")
