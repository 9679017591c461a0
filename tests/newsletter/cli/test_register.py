"""`newsletter register`: the register as text and as JSON."""

from tests.newsletter.cli.shell import Shell


def test_the_register_is_printed_and_given_as_json(shell: Shell) -> None:
    made = shell.json("register")
    text = shell.run("register")

    assert {"controller", "processings", "receivers", "measures", "made_on"} <= set(made)
    assert made["processings"][0]["name"] == "Nieuwsbrief en aankondigingen"
    for one in made["processings"]:
        assert one["name"] in text
        assert all(f"{what}: {how_long}" in text for what, how_long in one["kept"])
    assert "Wie krijgt iets te zien" in text
