"""The step `ocsge_final`: the updated map in, the map after people's operations out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from millesime.errors import InputError
from millesime.io.vector import read_vector, write_parquet
from millesime.io.workspace import Summary
from millesime.ocsge_auto.product import OcsgeMap
from millesime.ocsge_final.operations import Reclass, parse_operations
from millesime.ocsge_final.replay import replay

if TYPE_CHECKING:
    from millesime.compute import StepContext

STEP_VERSION = 1


class Parameters(BaseModel):
    """The step has no parameter: the operations say everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def run(context: StepContext) -> Summary:
    """Replay the operations of a vintage on its updated map."""
    updated = read_vector(context.product("ocsge_update"))
    file = context.source("operations")
    operations = () if file is None else read_operations(file)
    replayed = replay(updated, operations)
    final = OcsgeMap(replayed.frame, context.territory.extent, place=f"ocsge_final {context.vintage.year}")
    write_parquet(final.frame, context.output())
    notes = ["no operations: the map is the updated one"] if file is None else []
    return Summary(
        counts={"objects": len(final), "operations": len(operations)} | replayed.counts,
        notes=[*notes, *(f"operations {outcome.told()}" for outcome in replayed.refused)],
    )


def read_operations(file: Path) -> tuple[Reclass, ...]:
    """The operations of a file.

    Raises:
        InputError: the file is not text in UTF-8, or lines have faults, all told together.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"is not text in UTF-8 ({error.reason})", place=file, remedy="save it as UTF-8") from error
    return parse_operations(text.splitlines(), place=str(file))
