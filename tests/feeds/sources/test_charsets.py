"""Bytes become text."""

import pytest

from feeds.sources.charsets import to_text, without_prolog

TEXT = "<?xml version='1.0' encoding='{}'?><a>Café – “één” €</a>"


@pytest.mark.parametrize(
    ("document", "content_type"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode("utf-8-sig"), "text/xml; charset=iso-8859-1"),
        (TEXT.encode("utf-16"), ""),
        (TEXT.encode("utf-16-le"), ""),
        (TEXT.encode("utf-32-be"), ""),
        (TEXT.encode("cp1252"), ""),
        (TEXT.encode("cp1252"), "text/xml; charset=utf-8"),
        (TEXT.encode("cp1252"), "text/xml; charset=ISO-8859-1"),
        (TEXT.encode("cp1252"), "text/xml; charset=no-such-set"),
        (TEXT.encode(), "text/xml; charset=windows-1251"),
    ],
)
def test_the_bytes_win_from_what_is_said_about_them(document: bytes, content_type: str) -> None:
    assert to_text(document, content_type=content_type) == TEXT


def test_the_header_or_the_prolog_names_another_set() -> None:
    greek = "<?xml version='1.0' encoding='iso-8859-7'?><a>αβγ</a>"

    assert to_text(greek.encode("iso-8859-7")) == greek
    assert to_text("αβγ".encode("iso-8859-7"), content_type="x; charset=iso-8859-7") == "αβγ"


def test_a_set_that_shifts_is_believed_although_its_bytes_are_ascii() -> None:
    japanese = "<?xml version='1.0' encoding='iso-2022-jp'?><a>日本</a>"

    assert to_text(japanese.encode("iso-2022-jp")) == japanese


def test_one_bad_byte_spoils_one_character() -> None:
    assert to_text("één – twee ".encode() + b"\xff") == "één – twee \ufffd"


def test_the_declaration_is_taken_off() -> None:
    assert without_prolog("\ufeff  <?xml version='1.0' encoding='x'?>\n<a/>") == "\n<a/>"
