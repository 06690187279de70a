"""The pictures of a report: situation, artificial land at both dates, changes; and the places that changed most."""

from __future__ import annotations

from dataclasses import dataclass, replace

import shapely

from millesime.geo.grid import Grid
from millesime.publication.portrait.markers import Marker, markers
from millesime.publication.portrait.sites import Site, biggest_sites
from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.content import Cell, Column, Picture, Quantity, Table
from millesime.publication.triennial.facts import Facts, facts_of
from millesime.publication.triennial.ground_maps import CHANGES, NOT_COVERED, SITUATION, STATUS, Ground
from millesime.publication.triennial.map_svg import WIDTH_PX, Drawing, Panel, map_svg
from millesime.publication.triennial.words import capital, cover, use

#: Places of change that are numbered on the map.
_SITES = 10

#: Changed pieces nearer than this to each other, with the same effect, are one place of change.
_GAP_M = 5.0

#: A place of change that would be shown as 0,00 ha is not numbered.
_LEAST_HA = 0.005

#: How far numbers stand from the places they mean, and from the edge of the map, in pixels of the ground.
_ASIDE_PX, _EDGE_PX = 30.0, 18.0

_MAPS = ("before", "after", "communes")


@dataclass(frozen=True)
class Pictures:
    """What the chapters show."""

    situation: Picture
    states: Picture
    changes: Picture
    sites: Table | None


def pictures_of(case: Case, place: ReportPlace, ground: Ground) -> Pictures:
    """Draw the maps of one place, its ground once for all of them."""
    view = ground.view(place)
    facts = facts_of(case, place)
    drawing = _drawing(case, place, view.grid)
    plain = Drawing(drawing.grid, drawing.ground, drawing.limits if place.kind == "epci" else (), ())
    first, second = case.years
    maps = f"Sources : OCS GE {first} et {second} ; limites : Admin Express."
    sites = tuple(
        site
        for site in biggest_sites(
            ground.changed_in(place),
            case.neighbours[case.neighbours["insee"].isin(place.communes)].reset_index(drop=True),
            years=case.years,
            with_effect=_SITES,
            without_effect=0,
            gap_m=_GAP_M,
        )
        if site.area_ha >= _LEAST_HA
    )
    bare = (NOT_COVERED,) if place.code in case.coverage else ()
    situation = map_svg(drawing, [Panel(view.situation())], (*SITUATION, *bare), source=maps)
    states = map_svg(
        plain, [Panel(view.status(year), f"En {year}") for year in case.years], (*STATUS, *bare), source=maps
    )
    changes = map_svg(
        plain,
        [Panel(view.changes(), markers=_beside(markers(sites, view.grid), view.grid))],
        (*CHANGES, *bare),
        source=maps,
    )
    return Pictures(
        situation=_picture(
            "situation",
            situation,
            f"Le territoire et sa couverture du sol en {second}",
            f"Carte de {place.name} : limites communales et couverture du sol en {second}, en six groupes.",
            _MAPS,
        ),
        states=_picture(
            "artificialisation",
            states,
            f"Sols artificialisés en {first} et en {second}",
            _states_text(facts, place),
            _MAPS,
        ),
        changes=_picture(
            "changements",
            changes,
            f"Ce qui a changé entre {first} et {second}"
            + ("" if not sites else " ; les numéros renvoient au tableau suivant")
            + (" ; les plus petits changements sont grossis pour être vus" if view.has_enlarged else ""),
            _changes_text(facts, place, len(sites)),
            _MAPS,
        ),
        sites=_sites_table(sites, facts, place, case.years) if sites else None,
    )


def _drawing(case: Case, place: ReportPlace, grid: Grid) -> Drawing:
    frame = shapely.box(
        grid.west, grid.north - grid.height * grid.pixel_m, grid.west + grid.width * grid.pixel_m, grid.north
    )
    geometries = case.neighbours.geometry.to_numpy()
    near = [row for row in range(len(geometries)) if geometries[row].intersects(frame)]
    names = case.neighbours["name"].tolist()
    return Drawing(
        grid=grid,
        ground=place.ground,
        limits=[geometries[row] for row in near],
        names=[(str(names[row]), geometries[row]) for row in near],
    )


def _picture(name: str, drawn: tuple[str, int], caption: str, alternative: str, sources: tuple[str, ...]) -> Picture:
    svg, height = drawn
    return Picture(name, svg, WIDTH_PX, height, caption, alternative, sources)


def _states_text(facts: Facts, place: ReportPlace) -> str:
    first, second = facts.years
    before, after = (facts.get("artificialisation", "stock", year=year).text for year in facts.years)
    return (
        f"Deux cartes de {place.name} côte à côte : {before} artificialisés en {first}, {after} en {second}. Le "
        "tableau qui suit donne les surfaces."
    )


def _changes_text(facts: Facts, place: ReportPlace, count: int) -> str:
    gain, loss = (facts.get("artificialisation", name) for name in ("gain", "loss"))
    first, second = facts.years
    text = (
        f"Carte des changements de {place.name} entre {first} et {second} : {gain.text} devenus artificialisés (rouge "
        f"hachuré), {loss.text} qui ont cessé de l'être (vert hachuré)."
    )
    if count:
        text += f" {count} lieu{'x' if count > 1 else ''} de changement numéroté{'s' if count > 1 else ''}."
    return text


def _sites_table(sites: tuple[Site, ...], facts: Facts, place: ReportPlace, years: tuple[int, int]) -> Table:
    first, second = years
    epci = place.kind == "epci"
    rows: list[tuple[Cell, ...]] = []
    for site in sites:
        what = _what(site)
        area = Quantity(
            value=site.area_ha,
            unit="ha",
            meaning="surface d'un lieu de changement : morceaux voisins de même effet, éclats non compris",
            theme="site",
            indicator="area",
            place=facts.place,
            sources=_MAPS,
            item=str(site.number),
            year_from=first,
            year_to=second,
        )
        effect = "Artificialisé" if site.flux > 0 else "Désartificialisé"
        rows.append((str(site.number), *((site.commune,) if epci else ()), effect, what, area))
    caption = "Le lieu de changement" if len(sites) == 1 else f"Les {len(sites)} plus grands lieux de changement"
    return Table(
        f"{caption}, {first}-{second} (principal changement de chacun)",
        (
            Column("N°", 0.5),
            *((Column("Commune", 1.4),) if epci else ()),
            Column("Effet", 1.4),
            Column("Principal changement", 3.4),
            Column("Surface (ha)", 0.9, is_number=True),
        ),
        tuple(rows),
    )


def _what(site: Site) -> str:
    """The largest change of a place, in words."""
    (before, after), (used, now) = site.covers, site.uses
    if before != after:
        return f"Avant : {cover(before)}. Après : {cover(after)} (usage : {use(now)})"
    if used != now:
        return f"{capital(cover(after))} ; usage, avant : {use(used)}, après : {use(now)}"
    return f"{capital(cover(after))}, sans changement : le statut tient à un seuil"


def _beside(found: tuple[Marker, ...], grid: Grid) -> tuple[Marker, ...]:
    """The markers moved beside the places that they number, so that they do not hide them."""
    return tuple(
        replace(
            marker,
            x_px=min(marker.x_px + _ASIDE_PX, grid.width - _EDGE_PX),
            y_px=max(marker.y_px - _ASIDE_PX, _EDGE_PX),
        )
        for marker in found
    )
