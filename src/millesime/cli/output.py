"""What a command prints: text for people, or one JSON object."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

#: The option that every command has.
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")]


def emit(result: Mapping[str, Any], *, as_json: bool, text: str) -> None:
    """Print the result of a command on standard output."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n" if as_json else text.rstrip("\n") + "\n")
