"""The field in Dutch: what sectors and stages are called, for the desk and for readers."""

from collections.abc import Mapping
from typing import Final

from newsletter.dutch import plural
from subscribers.field import Sector, Stage
from subscribers.values import Audience

SECTORS: Final[Mapping[str, str]] = {
    Sector.PRIMARY: "primair onderwijs",
    Sector.SECONDARY: "voortgezet onderwijs",
    Sector.VOCATIONAL: "mbo",
}
STAGES: Final[Mapping[str, str]] = {
    Stage.ASPIRANT: "aspirant-opleidingsschool",
    Stage.RECOGNISED: "erkende opleidingsschool",
    Stage.ACADEMIC: "academische opleidingsschool",
}
STAGE_TAGS: Final[Mapping[str, str]] = {
    Stage.ASPIRANT: "aspirant",
    Stage.RECOGNISED: "erkend",
    Stage.ACADEMIC: "academisch",
}
SIDES: Final[Mapping[str, str]] = {
    Audience.SCHOOL: "Scholen",
    Audience.TEACHER_EDUCATION: "Lerarenopleidingen",
}
ONE_SIDE: Final[Mapping[str, str]] = {
    Audience.SCHOOL: "school",
    Audience.TEACHER_EDUCATION: "lerarenopleiding",
}


def members_line(schools: int, institutes: int) -> str:
    """Return "3 scholen, 1 lerarenopleiding", or "" for neither."""
    counted = (
        plural(schools, "school", "scholen") if schools else "",
        plural(institutes, "lerarenopleiding", "lerarenopleidingen") if institutes else "",
    )
    return ", ".join(filter(None, counted))
