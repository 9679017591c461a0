from newsletter.compose.mend import mend

COLOURS = {"ink": "#111111", "school": "#222222"}


def mended(html: str) -> str:
    return mend(html, COLOURS, font="Arial, Helvetica, sans-serif")


def test_image_gets_a_whole_width_an_alt_and_type_for_it() -> None:
    assert mended(
        '<img src="a.png" width="149.98003" height="auto" style="border:0;font-size:13px;">'
    ) == (
        '<img src="a.png" width="149" style="border:0;font-family:Arial, Helvetica, sans-serif;'
        'font-size:16px;line-height:24px;color:#111111;" alt="">'
    )


def test_link_gets_a_colour_unless_it_has_one() -> None:
    assert mended('<a href="/" target="_blank">x</a>') == (
        '<a href="/" style="color:#222222;text-decoration:underline;">x</a>'
    )
    assert mended('<a href="/" style="color:red;">x</a>') == '<a href="/" style="color:red;">x</a>'


def test_rows_end_a_line_and_cells_lose_what_is_no_html() -> None:
    assert mended('<tr><td vertical-align="top">x</td></tr><tr>') == "<tr><td>x</td></tr>\n<tr>"


def test_comments_and_styles_stay_byte_for_byte() -> None:
    kept = '<!--[if mso]><tr><td vertical-align="top"></td></tr><![endif]--><style>a{}</tr></style>'

    assert mended(kept) == kept


def test_references_become_characters_where_they_can_be_seen() -> None:
    assert mended("&#233;&#60;&#160;&#8203;&#128105;") == "é&#60;&#160;&#8203;👩"


def test_hidden_preheader_is_not_white() -> None:
    hidden = '<div style="display:none;font-size:1px;color:#ffffff;line-height:1px;">Kort</div>'
    shown = '<p style="color:#ffffff;">Wit op de band</p>'

    assert mended(hidden + shown) == hidden.replace("#ffffff", "#111111") + shown
