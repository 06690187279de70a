"""Keys of a configuration, read with their types; what is wrong with them is gathered, to be told together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Entries:
    """The keys of one level of a file; faults are gathered, and what stands for a faulty value is not used."""

    def __init__(self, content: Mapping[str, Any], faults: list[str], prefix: str = "") -> None:
        self.content, self.faults, self.prefix = content, faults, prefix

    def fault(self, key: str, text: str) -> None:
        """Note what is wrong with a key."""
        self.faults.append(f"{self.prefix}{key}: {text}")

    def level(self, key: str) -> Entries:
        """The keys below one; when there are none, that is told and what is missing below is not."""
        value = self.content.get(key)
        if isinstance(value, dict):
            return Entries(value, self.faults, f"{self.prefix}{key}.")
        self.fault(key, f"is {value!r}, expected keys below it" if key in self.content else "is missing")
        return Entries({}, [], f"{self.prefix}{key}.")

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self.content.get(key)
        if not isinstance(value, str) or not value.strip():
            self.fault(key, f"is {value!r}, expected a path" if key in self.content else "is missing")
            return ""
        return value

    def whole(self, key: str, *, least: int) -> int:
        """A whole number."""
        value = self.content.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            told = f"is {value!r}, expected a whole number from {least}" if key in self.content else "is missing"
            self.fault(key, told)
            return least
        return value

    def numbers(self, key: str, kind: Callable[[Any], Any]) -> tuple[Any, ...]:
        """A list of numbers that is not empty."""
        value = self.content.get(key)
        fits = isinstance(value, list) and value and not any(isinstance(item, bool | str) for item in value)
        try:
            return tuple(kind(item) for item in value) if fits and value is not None else self._not_numbers(key)
        except (TypeError, ValueError):
            return self._not_numbers(key)

    def _not_numbers(self, key: str) -> tuple[Any, ...]:
        value = self.content.get(key)
        self.fault(key, f"is {value!r}, expected a list of numbers" if key in self.content else "is missing")
        return ()

    def channels(self) -> tuple[int, ...]:
        """Numbers of bands, from 1."""
        found = self.numbers("channels", lambda item: item)
        if any(not isinstance(item, int) or item < 1 for item in found):
            self.fault("channels", f"is {list(found)}, expected numbers of bands from 1")
            return ()
        return found
