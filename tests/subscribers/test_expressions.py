"""The language of segments: what people type becomes a tree, and a tree the shortest way to it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.conditions import BEFORE, SINCE
from subscribers.errors import SegmentTooLarge, UnknownCondition
from subscribers.expressions import LONGEST, parse, text_of
from subscribers.trees import EVERYBODY, NOBODY, Tree, stored, tree_of
from tests.subscribers.trees import trees


@pytest.mark.parametrize(
    ("expression", "conditions"),
    [
        ("audience = school", {"audience": "school"}),
        ("audience=School and region=Oost", {"audience": "school", "region": "Oost"}),
        ("audience = school AND region = Oost", {"audience": "school", "region": "Oost"}),
        ("region = Oost, Noord-Holland ", {"region": ["Oost", "Noord-Holland"]}),
        ("region in (Oost, Noord-Holland)", {"region": ["Oost", "Noord-Holland"]}),
        ("region in (oost, OOST)", {"region": "oost"}),
        ('organisation = "Land and Zee"', {"organisation": "Land and Zee"}),
        ('organisation = "A, B", Land-and-Zee', {"organisation": ["A, B", "Land-and-Zee"]}),
        ('organisation = "De ""Brug"" (VO)"', {"organisation": 'De "Brug" (VO)'}),
        ("role = leraar in opleiding", {"role": "leraar in opleiding"}),
        ("status != pending", {"not": {"status": "pending"}}),
        ("audience = geen", {"audience": "geen"}),
        ("Role = Hoofd Opleidingen", {"role": "Hoofd Opleidingen"}),
        ("segment = starters", {"segment": "starters"}),
        ("everybody", {}),
        (
            "audience = school and region in (noord, oost) and not role = bestuurder",
            {"audience": "school", "region": ["noord", "oost"], "not": {"role": "bestuurder"}},
        ),
        ("region not in (a, b)", {"not": {"region": ["a", "b"]}}),
        ("not not region = a", {"region": "a"}),
        ("region = a or region = b", {"region": ["a", "b"]}),
        ("theme = a and theme = b", {"all": [{"theme": "a"}, {"theme": "b"}]}),
        (
            "region = a and role = b or theme = c",
            {"any": [{"region": "a", "role": "b"}, {"theme": "c"}]},
        ),
        (
            "region = a and (role = b or theme = c)",
            {"region": "a", "any": [{"role": "b"}, {"theme": "c"}]},
        ),
        ("joined since 2026-09-01", {SINCE: "2026-09-01"}),
        ("joined >= 2026-09-01", {SINCE: "2026-09-01"}),
        ("joined > 2026-12-31", {SINCE: "2027-01-01"}),
        ("joined < 2027-01-01", {BEFORE: "2027-01-01"}),
        ("joined = 2026-12-31", {SINCE: "2026-12-31", BEFORE: "2027-01-01"}),
    ],
)
def test_an_expression_becomes_conditions(expression: str, conditions: dict[str, object]) -> None:
    assert stored(parse(expression)) == conditions
    assert tree_of(conditions) == parse(expression)


@pytest.mark.parametrize(
    ("expression", "place", "naming"),
    [
        ("", 1, "a field, = and a value"),
        ("school", 1, "'school'; there are joined, audience"),
        ("region", 7, "a field, = and a value"),
        ("= school", 1, "a field, = and a value"),
        ("audience = school and", 22, "a field, = and a value"),
        ("audience = school and  shoe = 42", 24, "'shoe'; there are joined, audience"),
        ("audience = school or and region = x", 22, "a field, = and a value"),
        ("audience = leerling", 12, "'leerling'; it is school, lerarenopleiding, geen"),
        ("audience = ", 12, "a value is missing"),
        ("region = Oost, , West", 16, "not a value"),
        ('region = "Oost', 10, "a quote that is not closed"),
        ('region = ""', 10, "not a value"),
        ("region = Oost region = West", 22, "expected 'and', 'or' or the end"),
        ("(region = Oost", 15, "expected ')'"),
        ("region = Oost)", 14, "expected 'and', 'or' or the end"),
        ("region in Oost", 11, "between parentheses"),
        ("region in (Oost and role = x)", 17, "expected ')'"),
        ("region > Oost", 8, "a field, = and a value"),
        ("joined since mei", 14, "a day, such as 2027-03-31"),
        ("joined since 0001-01-01", 14, "a day of our time"),
        ("attended = congres", 12, "the number of an event, such as 12"),
        ("attended = 0", 12, "the number of an event"),
        ("invited in (1, 99999999999)", 16, "the number of an event"),
        ("joined Oost", 8, "joined since or joined before"),
        ("region = Oost;", 0, ""),
    ],
)
def test_a_wrong_expression_says_where_and_what(expression: str, place: int, naming: str) -> None:
    if not naming:  # a letter like any other
        assert stored(parse(expression)) == {"region": "Oost;"}
        return
    with pytest.raises(UnknownCondition) as wrong:
        parse(expression)

    assert str(wrong.value).startswith(f"at character {place}:")
    assert wrong.value.place == place
    assert naming in str(wrong.value)


@pytest.mark.parametrize(
    "expression",
    [
        "region = a " * LONGEST,
        "not " * 400 + "region = a",
        "(" * 300 + "region = a" + ")" * 300,
        " and ".join(f"role = {one}" for one in range(51)),
        " and ".join(f"invited = {one}" for one in range(1, 10)),
        " and ".join(
            f"{field} = {one}" for one in range(1, 6) for field in ("attended", "invited")
        ),
        "region in (" + ",".join(map(str, range(301))) + ")",
        "(" * 13 + "region = a" + " and theme = b)" + " or theme = c) and theme = d)" * 6,
    ],
)
def test_an_expression_has_its_bounds(expression: str) -> None:
    begun = time.process_time()

    with pytest.raises(UnknownCondition):
        parse(expression)

    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    ("expression", "place", "said"),
    [
        ("attended in (12, 13) and region = x", 18, "there is no event 13"),
        ("theme = Kwaliteit", 9, "there is no theme Kwaliteit; there is kwaliteitszorg"),
        ("stage = hbo", 9, "there is no stage hbo; there are erkend"),
        ("region = x or segment = weg", 25, "there is no segment weg"),
    ],
)
def test_what_is_not_there_is_told_with_its_place(expression: str, place: int, said: str) -> None:
    known: dict[str, set[str]] = {
        "attended": {"12"},
        "invited": {"12"},
        "theme": {"kwaliteitszorg", "visie"},
        "stage": {"erkend"},
        "segment": set(),
    }

    assert stored(parse("attended = 012 and not invited in (12) and stage = Erkend", known)) == {
        "attended": "12",
        "not": {"invited": "12"},
        "stage": "Erkend",
    }
    with pytest.raises(UnknownCondition) as wrong:
        parse(expression, known)
    assert (wrong.value.place, str(wrong.value)) == (place, f"at character {place}: {said}")


def test_what_is_as_large_as_it_may_be_is_read() -> None:
    assert parse(" and ".join(f"role = {one}" for one in range(50)))
    assert parse(" and ".join(f"theme = {one}" for one in range(8)))
    with pytest.raises(SegmentTooLarge, match="51 conditions: at most 50"):
        parse(" and ".join(f"role = {one}" for one in range(51)))


@given(tree=trees())
def test_a_tree_comes_back_from_its_text_and_from_its_row(tree: Tree) -> None:
    assert tree_of(stored(tree)) == tree
    assert parse(text_of(tree)) == tree


def test_everybody_and_nobody_have_words() -> None:
    assert text_of(EVERYBODY) == "everybody"
    assert parse("region = a and not everybody") == NOBODY == tree_of(stored(NOBODY))


@given(text=st.text(alphabet="audience = school,andortjin()\"!'<>", max_size=60) | st.text())
def test_any_text_is_a_tree_or_an_error_with_its_place(text: str) -> None:
    try:
        tree = parse(text)
    except SegmentTooLarge:
        return
    except UnknownCondition as wrong:
        place = wrong.place
    else:
        place = 1
        assert parse(text_of(tree)) == tree

    assert place is not None
    assert 1 <= place <= len(text) + 1
