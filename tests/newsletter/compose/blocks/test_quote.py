import pytest

from newsletter.compose.blocks import quote
from newsletter.compose.blocks.kind import Frame
from newsletter.values import EditionKind

FRAME = Frame(base_url="", edition_kind=EditionKind.NEWSLETTER)


@pytest.mark.parametrize("given", ["Zo werkt het.", '"Zo werkt het."', "„Zo werkt het.”"])
def test_words_stand_between_our_own_marks_once(given: str) -> None:
    shown = quote.view({"text": given, "name": "", "role": ""}, FRAME)

    assert shown == {"words": "“Zo werkt het.”", "who": ""}


def test_who_said_it_is_a_name_and_a_role_or_one_of_them() -> None:
    fields = {"text": "", "name": "De Vries", "role": "schoolopleider"}

    assert quote.view(fields, FRAME) == {"words": "", "who": "De Vries, schoolopleider"}
    assert quote.view({**fields, "name": ""}, FRAME)["who"] == "schoolopleider"
