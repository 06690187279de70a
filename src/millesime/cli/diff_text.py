"""The words of `millesime diff` on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from millesime.cli.artif_text import rows_lines

_HECTARE_M2 = 10_000.0

#: Rounding of more than this, in square metres, is told as a warning.
_ROUNDING_M2 = 1.0

_SHOWN = 10


def as_text(told: Mapping[str, Any]) -> str:
    """What `millesime diff` prints, from what it says in JSON."""
    lines = [f"warning: {text}" for text in told["warnings"]]
    for name in ("first", "second"):
        side = told[name]
        lines += side["not_read"]
        for rows in side["layers"]:
            lines += rows_lines(rows)
        lines.append(f"  status: {side['status']}")
    first, second = told["years"]
    lines.append(f"{first} to {second}, {_ha(told['area_m2'])} ha compared")
    lines += [f"  {m2:.1f} m² are covered by the {name} vintage alone" for name, m2 in told["alone_m2"].items() if m2]
    share, snapped = told["matching_share"], told["snapped"]
    if told["tolerance_m"] == 0:
        lines.append(f"borders taken as they are: {share:.0%} of the second vintage's vertices are the first's")
    else:
        lines.append(
            f"tolerance {told['tolerance_m']:g} m ({share:.0%} of vertices in common): {snapped['strips']} strips "
            f"({snapped['area_m2']:.1f} m²) along {snapped['length_m']:.0f} m of borders snapped to the first vintage's"
        )
    for name, words in (("changes", "changes"), ("slivers", "slivers"), ("border_noise", "border noise")):
        lines.append(f"{words:<14}{told[name]['pieces']:>9}  {_ha(told[name]['area_m2']):>12} ha")
    lines += _flux_lines(told["flux"])
    lines += [
        f"  {row['before']} > {row['after']}: {_ha(row['area_m2'])} ha ({row['pieces']} pieces)"
        for row in told["transitions"][:_SHOWN]
    ]
    if len(told["transitions"]) > _SHOWN:
        lines.append(f"  and {len(told['transitions']) - _SHOWN} more transitions: --json, or the output, holds them")
    if told["largest_rounding_m2"] > _ROUNDING_M2:
        lines.append(f"warning: rounding to the 1 cm grid leaves {told['largest_rounding_m2']:.2f} m² in the balance")
    return "\n".join([*lines, *_patch_lines(told["patch"])])


def _flux_lines(flux: Mapping[str, Mapping[str, float]]) -> list[str]:
    words = {
        "change": "codes changed",
        "threshold": "codes kept, status flipped by thresholds",
        "near_threshold": "patches within 5 % of a threshold",
        "net": "artificial flux",
        "noise": "apart: slivers and border noise",
    }
    return [
        f"{text:<42}+{_ha(flux[name]['artificialised_m2'])} -{_ha(flux[name]['desartificialised_m2'])} "
        f"= {_ha(flux[name]['net_m2'])} ha"
        for name, text in words.items()
    ]


def _patch_lines(patch: Mapping[str, Any] | None) -> list[str]:
    if patch is None:
        return []
    lines = [f"patch {patch['file']}: net flux without it {_ha(patch['flux_without']['net']['net_m2'])} ha"]
    if patch["outside_m2"]:
        lines.append(f"  {patch['outside_m2']:.1f} m² of it lie outside the first vintage")
    if patch["disagreeing"]:
        lines.append(f"  {patch['disagreeing']} polygons have other codes than those it says it corrects")
    lines += [
        f"  {row['cause']}: {row['cs_before']} x {row['us_before']} ({row['artif_before']}) > {row['cs_after']} x "
        f"{row['us_after']} ({row['artif_after']}): {row['polygons']} polygons, {_ha(row['area_m2'])} ha"
        for row in patch["moved"][:_SHOWN]
    ]
    return lines


def _ha(area_m2: float) -> str:
    return f"{area_m2 / _HECTARE_M2:,.4f}"
