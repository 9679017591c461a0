"""The table of lines that were seen: it answers as a dictionary would."""

from hypothesis import given
from hypothesis import strategies as st

from subscribers.seen import SeenLines


@given(keys=st.lists(st.text(max_size=3), max_size=200))
def test_a_key_is_new_once(keys: list[str]) -> None:
    seen, known = SeenLines(), dict[str, int]()

    for line, key in enumerate(keys, 1):
        assert seen.first_line(key, line) == known.get(key, 0)
        known.setdefault(key, line)


def test_thousands_of_keys_are_kept_apart() -> None:
    seen = SeenLines()
    keys = [f"persoon{number}@example.org" for number in range(20_000)]

    new = [seen.first_line(key, line) for line, key in enumerate(keys, 1)]
    again = [seen.first_line(key, 99_999) for key in keys]

    assert set(new) == {0}
    assert again == list(range(1, 20_001))
