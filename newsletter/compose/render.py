"""Placeholder until the builder of the mails replaces it."""

from typing import Any


class Renderer:
    def __init__(self, *, organisation: Any, base_url: str) -> None: ...

    def __call__(self, content: Any, audience: Any) -> Any: ...
