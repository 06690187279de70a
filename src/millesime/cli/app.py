"""The `millesime` command: registers the commands and turns errors into messages and exit codes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import millesime
from millesime.cli import (
    accuracy,
    artif,
    card,
    check,
    demo,
    diff,
    enaf,
    explain,
    indicators,
    mos,
    new,
    portrait,
    predict,
    publish,
    run,
    sample,
    sensitivity,
    status,
    train,
    vectorise,
)
from millesime.errors import MillesimeError

app = typer.Typer(
    name="millesime",
    help="Large-scale land cover and land use maps (OCS GE), from imagery to the portrait of a territory.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for name, module in {
    "demo": demo,
    "new": new,
    "run": run,
    "status": status,
    "train": train,
    "predict": predict,
    "card": card,
    "vectorise": vectorise,
    "check": check,
    "artif": artif,
    "explain": explain,
    "indicators": indicators,
    "diff": diff,
    "sample": sample,
    "accuracy": accuracy,
    "enaf": enaf,
    "sensitivity": sensitivity,
    "portrait": portrait,
    "publish": publish,
}.items():
    app.command(name)(module.command)
app.add_typer(mos.app, name="mos")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"millesime {millesime.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Large-scale land cover and land use maps (OCS GE), from imagery to the portrait of a territory."""


def main() -> None:
    """Run the command line; exit codes are those of the error tree."""
    try:
        app()
    except MillesimeError as error:
        sys.stderr.write(f"millesime: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("millesime: interrupted; run the command again to go on\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)


if __name__ == "__main__":
    main()
