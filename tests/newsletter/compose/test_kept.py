"""What cost time is given again, as long as it is among the newest."""

from newsletter.compose.kept import Kept
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from subscribers.values import Audience
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE


def test_what_was_asked_for_the_longest_ago_is_made_anew() -> None:
    made: list[str] = []
    kept: Kept[str] = Kept(most=2)

    def get(key: str) -> str:
        def make() -> str:
            made.append(key)
            return key.upper()

        return kept.get(key, make)

    assert [get(key) for key in ("a", "b", "a", "c", "a", "b")] == ["A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"]


def test_cuts_that_see_the_same_are_rendered_once_and_each_has_its_name() -> None:
    render = Renderer(organisation=Organisation(), base_url=BASE)
    content = samples.newsletter()
    school, startend = Cut(Audience.SCHOOL), Cut(Audience.SCHOOL, frozenset({"startend"}))

    one, other, third = (
        render(content, school),
        render(content, startend),
        render(content, Cut(None)),
    )

    assert one.html is other.html
    assert (one.cut, other.cut) == (school, startend)
    assert third.html != one.html
