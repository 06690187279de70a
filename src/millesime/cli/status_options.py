"""The options of the artificial status: one list for every command that decides it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import geopandas

    from millesime.artificialisation import Occupation, Parameters, StatusChoice
    from millesime.sources.ocsge import KindName

Layer = Annotated[
    str | None, typer.Option(help="Layer to read, by its name or its file's, where several could be meant.")
]
Crs = Annotated[str | None, typer.Option(help="CRS of files that have none: EPSG:2154.")]
Limit = Annotated[
    Path | None,
    typer.Option(help="Limits of départements, as in Admin Express: files badly cut along them are cut again."),
]
Context = Annotated[
    list[Path] | None, typer.Option("--context", help="OCS GE of a neighbouring territory; may be repeated.")
]
StatusWord = Annotated[
    str | None,
    typer.Option(
        "--status",
        help="delivered: the status of layers ARTIF as it is; computed: decided here with the options. By default "
        "computed from OCCUPATION_SOL, delivered where a file has ARTIF alone.",
    ),
]


@dataclass(frozen=True)
class StatusOptions:
    """What was said of the decision on the command line; None where nothing was."""

    mode: Annotated[
        str | None,
        typer.Option(help="millesime (default): passes, our reading of the law; sparte-2024: for comparison."),
    ] = None
    t_other_m2: Annotated[
        float | None, typer.Option("--t-other", help="Law: threshold of a patch, 2500 m² by default.")
    ] = None
    t_built_m2: Annotated[
        float | None, typer.Option("--t-built", help="Law: threshold of a built patch, 50 m² by default.")
    ] = None
    connectivity: Annotated[str | None, typer.Option(help="Reading: edge (default) or touch, a corner is enough.")] = (
        None
    )
    enclosure: Annotated[
        str | None, typer.Option(help="Reading: limit (default), or single, one patch alone must surround it.")
    ] = None
    order: Annotated[str | None, typer.Option(help="Reading: fill_first (default) or remove_first.")] = None
    built_forcing: Annotated[
        str | None,
        typer.Option(help="Reading: self (default), or adjacent, what has an edge on the building stays too."),
    ] = None
    margin_m: Annotated[
        float | None, typer.Option("--margin-m", help="Reading: reach into the neighbours, 1000 m by default.")
    ] = None

    @property
    def given(self) -> dict[str, Any]:
        """The options that were given, by the name of their parameter."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def parameters(self) -> Parameters:
        """The parameters of the status.

        Raises:
            ConfigError: values that are not allowed.
        """
        from millesime.artificialisation import parameters_from

        return parameters_from(self.given)

    def choice(self, origin: str | None = None) -> StatusChoice:
        """The parameters, with where the status comes from as `--status` says it.

        Raises:
            ConfigError: values that are not allowed.
        """
        from millesime.artificialisation import StatusChoice, origin_of

        return StatusChoice(self.parameters(), given=tuple(self.given), origin=origin_of(origin))


def with_status_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameter `status: StatusOptions` becomes one option for each of its fields."""
    own = inspect.signature(command, eval_str=True)
    listed = inspect.signature(StatusOptions, eval_str=True).parameters
    options = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in listed.values()]
    parameters: list[inspect.Parameter] = []
    for item in own.parameters.values():
        plain = item.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        parameters += options if item.name == "status" else [plain]

    @functools.wraps(command)
    def called(**values: Any) -> None:
        chosen = {name: values.pop(name) for name in listed}
        command(**values, status=StatusOptions(**chosen))

    called.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {item.name: item.annotation for item in parameters}
    del called.__wrapped__
    return called


def read_occupations(
    path: Path,
    *,
    kinds: tuple[KindName, ...] = ("OCCUPATION_SOL", "ARTIF"),
    layer: str | None = None,
    crs: str | None = None,
    limit: geopandas.GeoDataFrame | None = None,
) -> tuple[tuple[Occupation, ...], tuple[str, ...]]:
    """The départements of the first of some kinds that a path holds, and what was found there and not read."""
    from millesime.artificialisation import occupations_of
    from millesime.sources.ocsge import read_delivery

    delivery = read_delivery(path, kind=kinds, layer=layer, crs=crs, limit=limit, others=True)
    return occupations_of(delivery), delivery.told


def read_limits(path: Path | None, crs: str | None) -> geopandas.GeoDataFrame | None:
    """The limits of `--limit`."""
    from millesime.sources.ocsge import read_limit

    return None if path is None else read_limit(path, crs=crs)


def require_writable(path: Path | None, *suffixes: str) -> None:
    """Refuse an output before anything is computed.

    Raises:
        ConfigError: another suffix, or a folder that is not there.
    """
    from millesime.errors import ConfigError

    if path is not None and path.suffix.lower() not in suffixes:
        raise ConfigError(
            f"{path.suffix or 'no suffix'} is not written", place=path, remedy=f"end it with {', '.join(suffixes)}"
        )
    if path is not None and not path.absolute().parent.is_dir():
        raise ConfigError("no such folder", place=path.parent, remedy="create it first")
