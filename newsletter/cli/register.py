"""`newsletter register`: the register of processing (AVG art. 30), from the settings of now."""

from newsletter import dutch
from newsletter.cli.output import JSON, document_output, print_json
from newsletter.cli.session import open_services
from newsletter.register import Register, make_register


def show_register(json: bool = JSON) -> None:
    """Print what is processed, why, how long it is kept, and who receives it."""
    services = open_services().current()
    made = make_register(services.settings, today=dutch.local(services.clock()).date())
    if json:
        print_json(made.as_json())
        return
    document_output().writelines(f"{line}\n" for line in _lines(made))


def _lines(made: Register) -> list[str]:
    lines = [
        f"Verwerkingsregister van {made.controller}, {dutch.long_date(made.made_on)}",
        f"{made.postal_address}; {made.contact}; {made.site}",
    ]
    for one in made.processings:
        lines += ["", one.name, f"  Doel: {one.purpose}", f"  Grond: {one.ground}"]
        lines += [f"  Van wie: {one.people}", f"  Wat: {one.data}"]
        lines += [f"  Bewaard: {what}: {how_long}" for what, how_long in one.kept]
    lines += ["", "Wie krijgt iets te zien", *(f"  {one}" for one in made.receivers)]
    return [*lines, "", "Hoe het is beveiligd", *(f"  {one}" for one in made.measures)]
