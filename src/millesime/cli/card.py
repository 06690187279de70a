"""`millesime card`: what a model was made from, what it expects and what it answers."""

from __future__ import annotations

from typing import Annotated

import typer

from millesime.cli.output import AsJson, emit


def command(
    model: Annotated[
        str, typer.Argument(help="builtin:demo, MODEL.onnx, published weights, or the name of a published model.")
    ] = "builtin:demo",
    as_json: AsJson = False,
) -> None:
    """Show the card of a model: bands, resolution, classes, windows, licence, limits."""
    from millesime.model.card import as_text
    from millesime.model.runtimes import load

    found = load(model)
    notes = [f"- {note}" for note in found.notes]
    text = as_text(found.card) + ("\n" + "\n".join(["## Where it comes from", "", *notes]) + "\n" if notes else "")
    emit(
        {"card": found.card.model_dump(mode="json"), "file": str(found.path), "notes": list(found.notes)},
        as_json=as_json,
        text=text.rstrip("\n"),
    )
