"""The words of `millesime artif` on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_HECTARE_M2 = 10_000.0


def as_text(told: Mapping[str, Any]) -> str:
    """What `millesime artif` prints, from what it says in JSON."""
    lines = [*told["not_read"]]
    for rows in (*told["rows"], *told["context"]):
        lines += rows_lines(rows)
    lines += [f"{rule['name']} = {rule['value']} ({rule['standing']})" for rule in told["rules"]]
    lines.append(
        f"artificial {_ha(told['artificial_m2'])} of {_ha(told['total_m2'])} ha; "
        f"{_ha(told['matrix_artificial_m2'])} ha by the matrix alone"
    )
    lines += [f"  {step['step']:<14}{step['polygons']:>9}  {_ha(step['area_m2']):>14} ha" for step in told["steps"]]
    if told["left_at_limit"]["polygons"]:
        left = told["left_at_limit"]
        lines.append(
            f"  {left['polygons']} polygons ({_ha(left['area_m2'])} ha) in patches below the threshold keep the "
            "matrix's status along the limit of the data; a neighbour given with --context decides them"
        )
    for item in told["exemptions"]:
        lines.append(
            f"exemption {item['name']}, account of {item['account']}: {_ha(item['exempt_m2'])} ha exempt, "
            f"{_ha(item['total_without_m2'])} -> {_ha(item['total_with_m2'])} ha ({item['basis']})"
        )
    if told["agreement"] is not None:
        lines += _agreement_lines(told["agreement"])
    return "\n".join(lines)


def rows_lines(rows: Mapping[str, Any]) -> list[str]:
    """What became of the rows of one layer: rows read = rows used + rows set aside."""
    lines = [f"{rows['layer']}: {rows['rows']} rows read, {rows['rows_used']} used"]
    lines += [f"  {count} set aside: {reason}" for reason, count in rows["set_aside"].items()]
    lines += [f"  {count} rows, {what}" for what, count in rows["repaired"].items()]
    if rows["attributes_made_again"]:
        lines.append(f"  attributes made again: {', '.join(rows['attributes_made_again'])}")
    return lines + [f"  {text}" for text in rows["told"]]


def _agreement_lines(against: Mapping[str, Any]) -> list[str]:
    paired = ", ".join(f"{count} by {how}" for how, count in against["paired"].items() if count)
    alone = (
        f"{against['unpaired']} of ours ({_ha(against['unpaired_m2'])} ha) and "
        f"{against['official_unpaired']} official ({_ha(against['official_unpaired_m2'])} ha) without counterpart"
    )
    lines = [f"compared: {paired or 'no pair'}; {alone}"]
    if against["other_codes"]:
        lines.append(f"  {against['other_codes']} pairs have other codes: not the same objects, or another vintage")
    lines.append(f"  {'':<26}{'polygons':>9}{'agree':>9}{'ha':>12}{'agree ha':>12}{'only ours':>11}{'only off.':>11}")
    for row in against["rows"]:
        if row["by"] == "cell" and row["agree"] == row["polygons"]:
            continue
        lines.append(
            f"  {row['key'] or 'all':<26}{row['polygons']:>9}{row['agree']:>9}{_ha(row['area_m2']):>12}"
            f"{_ha(row['agree_m2']):>12}{_ha(row['only_ours_m2']):>11}{_ha(row['only_official_m2']):>11}"
        )
    lines.append("  (cells of cover and use where all agree are left out here; --json and --agreement hold them)")
    return lines


def _ha(area_m2: float) -> str:
    return f"{area_m2 / _HECTARE_M2:,.2f}"
