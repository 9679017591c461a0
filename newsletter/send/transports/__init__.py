"""Placeholder until the builder of sending replaces it."""

from typing import Any


def open_transport(smtp: Any) -> Any: ...
