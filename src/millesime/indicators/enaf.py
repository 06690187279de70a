"""Consumption of ENAF: how many hectares of natural, agricultural and forest land became urbanised each year.

Another measure than artificialisation, from another source (the Fichiers fonciers, parcel by parcel), with other
definitions. It has a class, a table and words of its own; no figure of it is ever beside one of artificialisation in a
table, and nothing here reads a map.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from millesime.errors import CodeError, SchemaError
from millesime.indicators.enaf_trajectory import HALVED_BY_2031, Objective, Trajectory, trajectory_of
from millesime.sources.enaf import COLUMNS, EnafFlows
from millesime.written_numbers import Language

#: Destination -> what it is called in French.
DESTINATION_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "housing": "habitat",
        "activity": "activité",
        "mixed": "mixte",
        "road": "infrastructure routière",
        "rail": "infrastructure ferroviaire",
        "unknown": "destination inconnue",
    }
)

#: An area may be below zero by what rounding leaves of the unknown destination, in hectares.
_RESIDUE_HA = 0.05

_SHOWN = 5


@dataclass(frozen=True)
class Enaf:
    """Yearly flows of one or several communes. It checks itself when made."""

    table: pd.DataFrame
    """`code` and `name` of the commune; `year`, the flow goes from its 1 January to the next one; `destination`, a key
    of DESTINATION_LABELS; `area_ha`. One row each, in this order; every commune has every year."""

    communes: pd.DataFrame
    """`code`, `name`, `epci`, `epci_name` ('' where it is not known), in order of code."""

    source: str
    """Name of the file that it was read from."""

    set_aside: Mapping[str, str]
    """Code of a commune whose row was not used -> why."""

    def __post_init__(self) -> None:
        table = self.table
        if tuple(table.columns) != COLUMNS:
            raise SchemaError(f"consumption of ENAF must have the columns {', '.join(COLUMNS)}, got {list(table)}")
        unknown = sorted(set(table["destination"].unique()) - set(DESTINATION_LABELS))
        if unknown:
            raise SchemaError(f"unknown destinations of ENAF: {unknown}")
        if table["area_ha"].isna().any() or (table["area_ha"] < -_RESIDUE_HA).any():
            raise SchemaError("a flow of ENAF has no area, or a negative one")
        # A national table has three million rows: places are compared as numbers.
        place, codes = pd.factorize(table["code"])
        if set(codes) != set(self.communes["code"]):
            raise SchemaError("flows and communes of ENAF are not of the same places")
        keys = pd.DataFrame({"place": place, "year": table["year"], "at": pd.factorize(table["destination"])[0]})
        if keys.duplicated().any():
            raise SchemaError("a flow of ENAF is told twice")
        if len(keys[["place", "year"]].drop_duplicates()) != len(codes) * table["year"].nunique():
            raise SchemaError("communes of ENAF have flows of different years")

    @property
    def years(self) -> tuple[int, ...]:
        """Years that have a flow, increasing."""
        return tuple(sorted(int(year) for year in self.table["year"].unique()))

    @property
    def codes(self) -> tuple[str, ...]:
        """INSEE codes of the communes, in order."""
        return tuple(self.communes["code"].tolist())

    def of(self, codes: Iterable[str]) -> Enaf:
        """The communes of some codes: one, or those of an EPCI or of any other place, whose flows are then summed.

        Raises:
            CodeError: codes that the table does not have, all told together, with why they were set aside.
        """
        wanted = list(dict.fromkeys(str(code) for code in codes))
        if not wanted:
            raise CodeError("no commune is named", place=self.source, remedy="give at least one INSEE code")
        known = set(self.codes)
        absent = [code for code in wanted if code not in known]
        if absent:
            why = [f"{code} ({self.set_aside[code]})" if code in self.set_aside else code for code in absent]
            shown = ", ".join(why[:_SHOWN]) + (" …" if len(why) > _SHOWN else "")
            raise CodeError(
                f"no consumption of ENAF for {len(absent)} communes: {shown}",
                place=self.source,
                remedy="the table goes by the communes of its year: give the codes of that year",
            )
        keep = self.table["code"].isin(wanted)
        return replace(
            self,
            table=self.table[keep].reset_index(drop=True),
            communes=self.communes[self.communes["code"].isin(wanted)].reset_index(drop=True),
        )

    def of_epci(self, code: str) -> Enaf:
        """The communes of an EPCI, as the file itself lists them.

        Raises:
            CodeError: the file names no such EPCI.
        """
        found = self.communes.loc[self.communes["epci"] == str(code), "code"]
        if not len(found):
            raise CodeError(
                f"the table names no EPCI {code!r}",
                place=self.source,
                remedy="give its SIREN (nine digits), or the codes of its communes",
            )
        return self.of(found)

    def annual_ha(self) -> pd.Series:
        """Hectares by year, all communes and destinations together."""
        return self.table.groupby("year", sort=True)["area_ha"].sum()

    def by_destination_ha(self, *, first: int | None = None, last: int | None = None) -> pd.Series:
        """Hectares by destination over some years, both included; destinations that the edition tells, in order."""
        year = self.table["year"]
        keep = (year >= (first or int(year.min()))) & (year <= (last or int(year.max())))
        sums = self.table[keep].groupby("destination")["area_ha"].sum()
        return sums.reindex([name for name in DESTINATION_LABELS if name in sums.index])

    def covers_reference(self, objective: Objective = HALVED_BY_2031) -> bool:
        """Whether the table has every year of the reference, without which no ceiling can be told."""
        return set(range(objective.reference_first, objective.reference_last + 1)) <= set(self.years)

    def trajectory(self, objective: Objective = HALVED_BY_2031) -> Trajectory:
        """What was consumed, held against an objective of reduction.

        Raises:
            SchemaError: the table lacks years of the reference.
        """
        return trajectory_of(self.annual_ha(), objective, source=self.source)

    def sentences(self, objective: Objective = HALVED_BY_2031, *, language: Language = "fr") -> tuple[str, ...]:
        """What it measures, the figures, and what they do not say; no ceiling without the years of the reference."""
        from millesime.indicators.enaf_words import sentences  # it reads this class

        trajectory = self.trajectory(objective) if self.covers_reference(objective) else None
        return sentences(self, trajectory, language=language)


def enaf_of(flows: EnafFlows) -> Enaf:
    """The product from the table as read."""
    return Enaf(table=flows.table, communes=flows.communes, source=flows.source, set_aside=flows.set_aside)
