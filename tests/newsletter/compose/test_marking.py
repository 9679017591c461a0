"""Marks of blocks in a mail: only the desk's preview has them."""

import re

import pytest

from newsletter.compose.marking import without_marks
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.values import EditionContent
from subscribers.values import Audience
from tests.newsletter.compose import samples


@pytest.mark.parametrize("cut", [Cut(None), *map(Cut, Audience)])
@pytest.mark.parametrize("content", [samples.newsletter(), samples.announcement()])
def test_a_marked_mail_is_what_goes_out_once_the_marks_are_gone(
    content: EditionContent, cut: Cut
) -> None:
    render = Renderer(organisation=Organisation(), base_url=samples.BASE)

    shown, sent = render.marked(content, cut), render(content, cut)

    begins = re.findall(r'data-begins="(\d+)"', shown.html)
    assert begins == re.findall(r'data-ends="(\d+)"', shown.html)
    assert len(begins) == sum(one.reaches(cut) for one in content.blocks)
    assert without_marks(shown.html) == sent.html
    assert (shown.text, shown.problems) == (sent.text, sent.problems)
