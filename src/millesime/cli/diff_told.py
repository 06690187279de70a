"""What `millesime diff` says, as JSON and on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

    from millesime.differential import Differential, Overlay

_HECTARE_M2 = 10_000.0

#: Rounding of more than this, in square metres, is told as a warning.
_ROUNDING_M2 = 1.0

_THEMES = {"cs": "cover", "us": "use", "artif": "artificialisation"}
_SHOWN = 10


def result_told(result: Differential, over: Overlay, balance: pd.DataFrame) -> dict[str, Any]:
    """Counts, areas, flux, transitions and balance of a differential."""
    frame = result.frame
    changed, sliver = frame["changed"].to_numpy(bool), frame["sliver"].to_numpy(bool)
    noise = frame["border_noise"].to_numpy(bool)
    snapped = over.snapped
    return {
        "area_m2": _m2(frame["area_m2"].sum()),
        "alone_m2": {"first": _m2(over.alone_m2[0]), "second": _m2(over.alone_m2[1])},
        "snapped": {
            "strips": len(snapped.area_m2),
            "area_m2": _m2(snapped.area_m2.sum()),
            "length_m": round(snapped.length_m, 1),
        },
        "changes": _counted(frame, changed & ~sliver),
        "slivers": _counted(frame, sliver & ~noise),
        "border_noise": _counted(frame, noise),
        "flux": flux_told(frame),
        "transitions": _transitions(result),
        "balance": [
            {name: _m2(value) if name.endswith("_m2") else value for name, value in row.items()}
            for row in balance.to_dict("records")
        ],
        "largest_rounding_m2": _m2(balance["rounding_m2"].abs().max()) if len(balance) else 0.0,
    }


def flux_told(frame: geopandas.GeoDataFrame) -> dict[str, dict[str, float]]:
    """Artificial flux by what made it; `total` is the difference of the artificial stocks on the pieces.

    `change`: the codes changed; `threshold`: the codes did not, the thresholds flipped the status; `near_threshold`:
    of those flips, and of those of changed codes with the same matrix status, the ones whose patch is about as large as
    a threshold; `noise`: slivers and displaced borders. `net`, the figure to read, is of the first three.
    """
    sliver, near = frame["sliver"].to_numpy(bool), frame["near_threshold"].to_numpy(bool)
    codes = [column for column in frame.columns if str(column).startswith(("cs_", "us_"))]
    cs, us = codes[:2], codes[2:]
    differs = ((frame[cs[0]] != frame[cs[1]]) | (frame[us[0]] != frame[us[1]])).to_numpy(bool)
    causes = {
        "change": ~sliver & ~near & differs,
        "threshold": ~sliver & ~near & ~differs,
        "near_threshold": ~sliver & near,
        "noise": sliver,
        "net": ~sliver,
        "total": sliver | ~sliver,
    }
    flux = frame["artificialisation"].to_numpy()
    area = frame["area_m2"].to_numpy()
    told = {}
    for name, keep in causes.items():
        gain, loss = area[keep & (flux > 0)].sum(), area[keep & (flux < 0)].sum()
        told[name] = {"artificialised_m2": _m2(gain), "desartificialised_m2": _m2(loss), "net_m2": _m2(gain - loss)}
    return told


def moved_told(moved: geopandas.GeoDataFrame) -> list[dict[str, Any]]:
    """What a correction moved, by cause, codes and status; the largest area first."""
    names = ["cause", *(f"{name}_{when}" for name in ("cs", "us", "artif") for when in ("before", "after"))]
    table = moved.groupby(names, sort=True).agg(polygons=("area_m2", "size"), area_m2=("area_m2", "sum")).reset_index()
    table = table.sort_values(["area_m2", *names], ascending=[False, *(True for _ in names)])
    rows: list[dict[str, Any]] = table.to_dict("records")
    return [{**row, "polygons": int(row["polygons"]), "area_m2": _m2(row["area_m2"])} for row in rows]


def _transitions(result: Differential) -> list[dict[str, Any]]:
    from millesime.differential import transitions

    real = result.changes
    real = real[~real["sliver"]]
    return [
        {
            "theme": theme,
            "before": row.before,
            "after": row.after,
            "area_m2": _m2(row.area_m2),
            "pieces": int(row.pieces),
        }
        for name, theme in _THEMES.items()
        for row in transitions(real, years=result.years, name=name).itertuples(index=False)
    ]


def _counted(frame: geopandas.GeoDataFrame, keep: Any) -> dict[str, Any]:
    return {"pieces": int(keep.sum()), "area_m2": _m2(frame["area_m2"].to_numpy()[keep].sum())}


def _m2(value: float) -> float:
    return round(float(value), 2) + 0.0


def as_text(told: Mapping[str, Any]) -> str:
    """What `millesime diff` prints, from what it says in JSON."""
    lines = [f"warning: {text}" for text in told["warnings"]]
    for name in ("first", "second"):
        side = told[name]
        lines.append(f"{side['layer']}: {side['rows']} rows read, {side['rows_used']} used")
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
