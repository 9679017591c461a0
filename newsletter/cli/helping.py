"""The help of commands: paragraphs as wide as the terminal, not as wide as our source."""

import re
from inspect import getdoc
from typing import Final

import typer

_IN_PARAGRAPH: Final = re.compile(r"(?<!\n)\n(?!\n)")


def let_help_flow(app: typer.Typer) -> None:
    """Let the paragraphs of all commands of an app, and of those below it, be broken anew."""
    for command in app.registered_commands:
        if command.help is None and command.callback is not None:
            command.help = _IN_PARAGRAPH.sub(" ", getdoc(command.callback) or "")
    for group in app.registered_groups:
        if group.typer_instance is not None:
            let_help_flow(group.typer_instance)
