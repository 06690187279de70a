"""The `territory.toml` of the demo."""

from __future__ import annotations

from collections.abc import Sequence

_HEAD = """\
# The demo territory: a village that does not exist. `millesime demo` made it; see demo.json for how.
[territory]
code = "DEMO"
name = "Territoire de démonstration"
crs = "EPSG:2154"
extent = [{extent}]   # west, south, east, north in metres
model = "builtin:demo"
"""
_VINTAGE = """
[[vintages]]
year = {year}
{reference}ortho_rgb = "sources/{year}/ortho_rgb.tif"
ortho_irc = "sources/{year}/ortho_irc.tif"   # bands near infra-red, red, green
dsm = "sources/{year}/dsm.tif"
dtm = "sources/{year}/dtm.tif"
operations = "operations/{year}.jsonl"

[vintages.sources]
bd_topo = "sources/{year}/bd_topo.gpkg"
rpg = "sources/{year}/rpg.gpkg"
bd_foret = "sources/{year}/bd_foret.gpkg"
fichiers_fonciers = "sources/{year}/fichiers_fonciers.gpkg"
admin_express = "sources/{year}/admin_express.gpkg"
"""


def territory_text(extent: tuple[float, float, float, float], years: Sequence[int]) -> str:
    """The configuration of a demo territory; each vintage has the one before it as its reference."""
    text = _HEAD.format(extent=", ".join(f"{edge:.2f}" for edge in extent))
    for before, year in zip((None, *years[:-1]), years, strict=True):
        reference = "" if before is None else f"reference_vintage = {before}\n"
        text += _VINTAGE.format(year=year, reference=reference)
    return text
