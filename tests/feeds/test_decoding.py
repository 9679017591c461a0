"""Pictures made anew in a child process: the same picture, and an end to what takes too much."""

from io import BytesIO

import pytest
from PIL import Image

from feeds.decoding import read_picture
from feeds.errors import ImageFault, ImageRefused
from feeds.images import make_picture
from feeds.values import LARGEST_PICTURE_BYTES
from tests.feeds.pictures import picture, png_of, with_exif

pytestmark = pytest.mark.long


def fault_of(document: bytes) -> ImageFault:
    with pytest.raises(ImageRefused) as refused:
        read_picture(document)
    return refused.value.fault


def test_the_child_makes_the_same_picture() -> None:
    for document in (
        with_exif(orientation=6, size=(600, 300)),
        picture(mode="RGBA", colour=(1, 2, 3, 4), form="PNG"),
    ):
        assert read_picture(document) == make_picture(document)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ImageFault.OTHER_KIND),
        (png_of(50_000, 50_000), ImageFault.TOO_MANY_PIXELS),
        (picture()[:300], ImageFault.BROKEN),
        (bytes(LARGEST_PICTURE_BYTES + 1), ImageFault.TOO_LARGE),
        (b"", ImageFault.OTHER_KIND),
    ],
    ids=["svg", "too many pixels", "half", "too large", "empty"],
)
def test_what_it_refuses_has_its_reason(document: bytes, fault: ImageFault) -> None:
    assert fault_of(document) is fault


def test_the_largest_picture_fits_in_its_memory() -> None:
    made = BytesIO()
    Image.new("RGBA", (6300, 6300), (10, 20, 30, 100)).save(made, "PNG")

    assert read_picture(made.getvalue()).width == 1200
