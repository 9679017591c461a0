"""Pictures: what is taken in, what is refused, and that nothing but pixels comes through."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms

from feeds.errors import ImageFault, ImageRefused
from feeds.images import PNG_BYTES, TALLEST, make_picture
from feeds.values import LARGEST_PICTURE_BYTES
from tests.feeds.pictures import picture, png_of, with_exif

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def decoded(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def fault_of(document: bytes) -> ImageFault:
    with pytest.raises(ImageRefused) as refused:
        make_picture(document)
    return refused.value.fault


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_raster_picture_becomes_a_jpeg_of_our_own(form: str) -> None:
    made = make_picture(picture(form=form))

    image = decoded(made.content)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (640, 480))
    assert (made.media_type, made.width, made.height) == ("image/jpeg", 640, 480)
    red, green, blue = image.getpixel((10, 10))  # type: ignore[misc]  # a pixel of an RGB picture
    assert abs(red - 200) + abs(green - 90) + abs(blue - 30) < 30


def test_the_same_bytes_give_the_same_picture() -> None:
    document = picture(half=True)

    assert make_picture(document) == make_picture(document)


def test_a_large_picture_is_shrunk_in_proportion() -> None:
    made = make_picture(picture(size=(4000, 3000)))

    assert (made.width, made.height) == (1200, 900)
    assert decoded(made.content).size == (1200, 900)


def test_a_tall_picture_stays_within_a_page() -> None:
    assert make_picture(picture(size=(500, 9000))).height == TALLEST


def test_a_transparent_picture_stays_transparent() -> None:
    made = make_picture(picture(mode="RGBA", colour=(10, 20, 30, 128), form="PNG"))

    image = decoded(made.content)
    assert (made.media_type, image.format, image.mode) == ("image/png", "PNG", "RGBA")
    assert image.getpixel((5, 5)) == (10, 20, 30, 128)


def test_a_transparent_picture_that_is_too_heavy_is_put_on_white() -> None:
    noise = Image.effect_noise((1000, 1000), 90)
    image = Image.merge("RGBA", (noise, noise.rotate(90), noise.rotate(180), noise.rotate(270)))
    document = BytesIO()
    image.save(document, "PNG")

    made = make_picture(document.getvalue())

    assert made.media_type == "image/jpeg"
    assert len(made.content) < PNG_BYTES


def test_an_opaque_picture_with_an_alpha_channel_becomes_a_jpeg() -> None:
    made = make_picture(picture(mode="RGBA", colour=(10, 20, 30, 255), form="PNG"))

    assert made.media_type == "image/jpeg"


def test_nothing_of_who_or_where_comes_through() -> None:
    document = with_exif()
    assert b"Geheim" in document
    assert b"bij ons thuis" in document

    made = make_picture(document)

    image = decoded(made.content)
    assert dict(image.getexif()) == {}
    assert not {"exif", "comment", "icc_profile", "xmp", "photoshop"} & set(image.info)
    assert b"Geheim" not in made.content
    assert b"bij ons thuis" not in made.content
    assert b"Exif" not in made.content


def test_a_png_keeps_no_text_and_no_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    document = picture(mode="RGBA", colour=(1, 2, 3, 9), form="PNG", icc_profile=profile)

    made = make_picture(document)

    assert decoded(made.content).info == {}


def test_a_picture_taken_sideways_is_turned_upright() -> None:
    document = with_exif(orientation=6, size=(600, 300), half=True)

    image = decoded(make_picture(document).content)

    assert image.size == (300, 600)
    assert sum(image.getpixel((150, 580))) < 60  # type: ignore[arg-type]  # the black half is below
    assert sum(image.getpixel((150, 20))) > 200  # type: ignore[arg-type]


def test_an_animation_becomes_its_first_frame() -> None:
    first, second = (Image.new("RGB", (50, 50), colour) for colour in ("white", "black"))
    document = BytesIO()
    first.save(document, "GIF", save_all=True, append_images=[second] * 3)

    image = decoded(make_picture(document.getvalue()).content)

    assert getattr(image, "n_frames", 1) == 1
    assert image.getpixel((25, 25)) == (255, 255, 255)


def test_other_colour_spaces_come_to_srgb() -> None:
    assert decoded(make_picture(picture(mode="CMYK", colour=(0, 0, 0, 0))).content).mode == "RGB"
    assert decoded(make_picture(picture(mode="L", colour=90)).content).mode == "RGB"
    grey = make_picture(picture(mode="I;16", colour=40_000, form="PNG"))
    assert decoded(grey.content).mode == "RGB"


def test_a_profile_that_cannot_be_read_is_dropped() -> None:
    made = make_picture(picture(icc_profile=b"no profile at all" * 20))

    assert b"no profile" not in made.content


@pytest.mark.parametrize(
    "document",
    [
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7\n",
        b"",
        b"BM" + bytes(60),
        picture(form="TIFF"),
        picture(form="BMP"),
        picture(form="ICO", size=(32, 32)),
    ],
    ids=["svg", "svg with a head", "html", "pdf", "empty", "broken bmp", "tiff", "bmp", "ico"],
)
def test_what_is_no_raster_picture_of_ours_is_refused(document: bytes) -> None:
    assert fault_of(document) is ImageFault.OTHER_KIND


def test_a_picture_with_a_page_behind_it_loses_the_page() -> None:
    page = b"<script>alert(1)</script>"

    for document in (picture() + page, picture(comment=page), picture(form="GIF") + page):
        assert page not in make_picture(document).content


@pytest.mark.parametrize("side", [50_000, 12_000, 7_000])
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(side: int) -> None:
    assert fault_of(png_of(side, side)) is ImageFault.TOO_MANY_PIXELS


def test_a_file_that_is_too_heavy_is_refused_unread() -> None:
    assert fault_of(picture() + bytes(LARGEST_PICTURE_BYTES)) is ImageFault.TOO_LARGE


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_half_a_picture_is_refused(form: str) -> None:
    whole = picture(form=form, half=True, size=(900, 900))

    assert fault_of(whole[: len(whole) // 2]) in {ImageFault.BROKEN, ImageFault.OTHER_KIND}


def test_a_header_without_pixels_is_refused() -> None:
    assert fault_of(png_of(3000, 3000)) is ImageFault.BROKEN
    assert fault_of(png_of(0, 10)) in {ImageFault.BROKEN, ImageFault.OTHER_KIND}
