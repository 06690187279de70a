"""Which département and which vintages a layer is of: attributes and CRS first, names where they do not tell."""

from __future__ import annotations

from collections import Counter

import geopandas

from millesime.sources.ocsge.names import CRS_TERRITORIES, METROPOLITAN_CRS, DeliveryName


def territory_of(name: DeliveryName, crs: str) -> tuple[str | None, list[str]]:
    """The département of a layer, None when nothing tells, and where its name and its CRS disagree."""
    served = CRS_TERRITORIES.get(crs, ())
    told = []
    if name.crs is not None and name.crs != crs:
        told.append(f"its name says {name.crs}, the file is in {crs}: {crs} is believed")
    overseas = {code for codes in CRS_TERRITORIES.values() for code in codes}
    if name.territory is None:
        return (served[0] if len(served) == 1 else None), told
    if (name.territory in overseas and name.territory not in served) or (name.territory not in overseas and served):
        told.append(f"its name says département {name.territory}, which {crs} is not the CRS of")
    elif name.territory not in overseas and crs != METROPOLITAN_CRS:
        told.append(f"{crs} is not the CRS of deliveries of département {name.territory} ({METROPOLITAN_CRS})")
    return name.territory, told


def year_of_state(frame: geopandas.GeoDataFrame, named: tuple[int, ...]) -> tuple[tuple[int, ...], list[str]]:
    """The vintage of most rows, of the name where no row tells; and what is doubtful about it."""
    found = Counter(frame["millesime"].dropna().astype(int).tolist()) if "millesime" in frame.columns else Counter()
    if not found:
        return named[:1], ["no row says its vintage"] if "millesime" in frame.columns and len(frame) else []
    if len(found) == 1:
        year = next(iter(found))
        wrong = bool(named) and named[0] != year
        return (year,), [f"its name says {named[0]}, its attributes {year}: {year} is believed"] if wrong else []
    year = named[0] if named and named[0] in found else max(found, key=lambda item: (found[item], item))
    listing = ", ".join(f"{item} ({found[item]} rows)" for item in sorted(found))
    return (year,), [f"its rows are of several vintages: {listing}; it is called {year}"]


def years_of_difference(in_attributes: tuple[int, ...], named: tuple[int, ...]) -> tuple[tuple[int, ...], list[str]]:
    """Both vintages of a difference, of the name where the attributes do not bear them."""
    if not in_attributes:
        return named, [] if named else ["neither its attributes nor its name tell its vintages"]
    wrong = bool(named) and named != in_attributes
    told = f"its name says {'-'.join(map(str, named))}, its attributes {'-'.join(map(str, in_attributes))}"
    return in_attributes, [f"{told}: the attributes are believed"] if wrong else []
