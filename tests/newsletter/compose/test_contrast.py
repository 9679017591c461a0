"""Contrast as WCAG counts it, and the pairs of colours that stand on each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.compose.colours import (
    LIGHT,
    SETTINGS,
    effective_colours,
    judge_colours,
    nearest_for,
)
from newsletter.compose.contrast import ENOUGH, contrast, luminance, nearest_enough
from newsletter.errors import SettingWrong

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),  # the two grays that every guide to WCAG gives
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_known_ratios(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_luminance_goes_from_black_to_white() -> None:
    assert luminance("#000000") == 0.0
    assert luminance("#ffffff") == pytest.approx(1.0)


@given(COLOURS, COLOURS)
def test_the_nearest_colour_is_enough_and_enough_is_its_own_nearest(one: str, other: str) -> None:
    found = nearest_enough(one, [other])

    assert found is not None
    assert contrast(found, other) >= ENOUGH
    assert nearest_enough(found, [other]) == found


def test_there_is_no_colour_between_black_and_white() -> None:
    assert nearest_enough("#808080", ["#000000", "#ffffff"], needed=4.6) is None


def test_the_nearest_of_a_light_gray_on_white_is_the_lightest_that_is_enough() -> None:
    assert nearest_enough("#aaaaaa", ["#ffffff"]) == "#767676"


def test_our_own_colours_are_all_enough() -> None:
    assert [one for one in judge_colours({}) if not one.is_enough] == []


def test_the_band_follows_the_colour_of_schools_until_it_has_its_own() -> None:
    assert effective_colours({"school": "#224466"})["band"] == "#224466"
    assert effective_colours({"school": "#224466", "band": "#113355"})["band"] == "#113355"
    assert set(effective_colours({})) == set(SETTINGS)


def test_every_pair_of_a_proposed_colour_is_enough() -> None:
    chosen = {"school": "#f0b040"}

    proposal = nearest_for("school", chosen)

    assert proposal is not None
    assert [one for one in judge_colours({"school": proposal}) if not one.is_enough] == []


def test_a_colour_has_no_proposal_while_its_grounds_leave_no_room() -> None:
    grounds = {"surface": "#000000", "bg": "#ffffff", "tint": "#808080"}

    assert nearest_for("ink", {**grounds, "ink": LIGHT["ink"]}) is None


def test_what_is_no_colour_is_refused_by_its_name() -> None:
    with pytest.raises(SettingWrong, match="school_dark"):
        judge_colours({"school_dark": "red; }"})
