"""Print the tables of docs/change.md: `python docs/measured_change.py [DEMO ...]`.

The truth of five made-up territories, given to `millesime diff` as OCS GE files: as it is, and with the borders of each
vintage drawn again by a trembling hand. Then, for each demo territory named, what the chain made of imagery.
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely
import typer
from typer.testing import CliRunner

from millesime.cli import diff
from millesime.demo.plan import Scenes, make_scenes
from millesime.demo.trembling import jittered
from millesime.io.vector import read_vector, write_geopackage

SEEDS = (1, 2, 3, 4, 5)
SIZE_KM = 0.4
REACH_M = 0.5

#: Smaller changes are not asked for with trembling borders; the smallest minimum unit of the specification is 200 m².
MINIMUM_M2 = 50.0
CODES = ["cs_2019", "cs_2022", "us_2019", "us_2022"]


@dataclass(frozen=True)
class Compared:
    """What `millesime diff` says of two files."""

    told: dict
    changes: geopandas.GeoDataFrame

    @property
    def real(self) -> geopandas.GeoDataFrame:
        """Pieces whose codes changed, noise apart."""
        frame = self.changes
        differs = (frame["cs_2019"] != frame["cs_2022"]) | (frame["us_2019"] != frame["us_2022"])
        return frame[differs & ~frame["sliver"]]


def compare(first: Path, second: Path) -> Compared:
    """Run the command on two files."""
    app = typer.Typer()
    app.command()(diff.command)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "diff.parquet"
        done = CliRunner().invoke(app, [str(first), str(second), "-o", str(out), "--json"], catch_exceptions=False)
        return Compared(json.loads(done.stdout), read_vector(out))


def write_truth(scenes: Scenes, folder: Path, *, seeds: tuple[int, int] | None = None) -> tuple[Path, Path]:
    """Both vintages of a truth as deliveries, their borders drawn again when seeds are given."""
    files = []
    for number, scene in enumerate((scenes.first, scenes.second)):
        units = scene.units
        geometry = units.geometry.to_numpy()
        if seeds is not None:
            geometry = jittered(geometry, seed=seeds[number], reach_m=REACH_M)
        about = {"millesime": str(scene.year), "source": "made up", "ossature": 0, "id_origine": None, "code_or": None}
        columns = {"id": [f"OCSGE{uid}" for uid in units["uid"]], "code_cs": units["cs"], "code_us": units["us"]}
        home = folder / f"OCS-GE_2-0__GPKG_LAMB93_D032_{scene.year}-01-01"
        home.mkdir(parents=True)
        frame = geopandas.GeoDataFrame({**columns, **about}, geometry=geometry, crs=units.crs)
        write_geopackage(home / "OCCUPATION_SOL.gpkg", {"OCCUPATION_SOL": frame})
        files.append(home)
    return files[0], files[1]


def missed_m2(true: geopandas.GeoDataFrame, found: geopandas.GeoDataFrame) -> tuple[float, float]:
    """Square metres of true change that are not found under its codes, and of found change that is not true."""
    lost = extra = 0.0
    for key in sorted({*map(tuple, found[CODES].to_numpy()), *map(tuple, true[CODES].to_numpy())}):
        one, other = (
            shapely.union_all(side.geometry.to_numpy()[(side[CODES].to_numpy() == np.array(key)).all(axis=1)])
            for side in (true, found)
        )
        lost += one.difference(other).area
        extra += other.difference(one).area
    return lost, extra


def true_changes(scenes: Scenes) -> geopandas.GeoDataFrame:
    """The truth's own list of changes, under the names of a differential."""
    return scenes.changes.rename(columns=dict(zip(["cs_from", "cs_to", "us_from", "us_to"], CODES, strict=True)))


def found_again(here: geopandas.GeoDataFrame, there: geopandas.GeoDataFrame) -> tuple[int, int]:
    """Changes of the minimum unit or more, and those whose ground has the same codes there but for its rim.

    The rim may go: a metre along the outline, the reach of both drawings together.
    """
    large = here[here["area_m2"] >= MINIMUM_M2]
    tree = shapely.STRtree(there.geometry.to_numpy())
    again = 0
    for row in large.itertuples():
        near = there.iloc[tree.query(row.geometry, predicate="intersects")]
        same = near[(near[CODES] == [getattr(row, name) for name in CODES]).all(axis=1)]
        missed = row.geometry.difference(shapely.union_all(same.geometry.to_numpy()))
        inner = missed.difference(row.geometry.boundary.buffer(2 * REACH_M + 0.01))
        again += inner.area < 0.01 * row.area_m2 and missed.area < 0.25 * row.area_m2
    return len(large), again


def net_by_commune(changes: geopandas.GeoDataFrame, communes: geopandas.GeoDataFrame) -> pd.DataFrame:
    """Net artificial flux of each commune in hectares: `net`, and beside it `near` (within 5 % of a threshold)."""
    flips = changes[(changes["artificialisation"] != 0) & ~changes["sliver"]]
    rows = []
    for commune in communes.itertuples():
        inside = shapely.area(shapely.intersection(flips.geometry.to_numpy(), commune.geometry)) / 10_000
        flux = inside * flips["artificialisation"].to_numpy()
        near = flips["near_threshold"].to_numpy(dtype=bool)
        rows.append({"commune": commune.insee, "net": flux[~near].sum(), "near": flux[near].sum()})
    return pd.DataFrame(rows)


def allowed_ha(net_ha: float) -> float:
    """How far the flux of a commune may be from the one without jitter."""
    return max(0.3, 0.1 * abs(net_ha))


def measure(seed: int, folder: Path) -> dict:
    """The figures of one made-up territory."""
    scenes = make_scenes(seed, SIZE_KM)
    exact = compare(*write_truth(scenes, folder / "exact"))
    trembling = compare(*write_truth(scenes, folder / "trembling", seeds=(10 * seed, 10 * seed + 1)))
    lost, extra = missed_m2(true_changes(scenes), exact.real)
    communes = net_by_commune(exact.changes, scenes.first.communes)
    moved = net_by_commune(trembling.changes, scenes.first.communes)
    return {
        "seed": seed,
        "true_changes": len(scenes.changes),
        "true_m2": float(scenes.changes.area.sum()),
        "lost_m2": lost,
        "extra_m2": extra,
        "exact_noise": exact.told["border_noise"]["pieces"] + exact.told["slivers"]["pieces"],
        "kept": found_again(exact.real, trembling.real),
        "true": found_again(trembling.real, exact.real),
        "snapped_m2": trembling.told["snapped"]["area_m2"],
        "border_noise_m2": trembling.told["border_noise"]["area_m2"],
        "slivers_m2": trembling.told["slivers"]["area_m2"],
        "rounding_m2": max(exact.told["largest_rounding_m2"], trembling.told["largest_rounding_m2"]),
        "communes": communes.merge(moved, on="commune", suffixes=("", "_moved")),
    }


def chain(folder: Path) -> dict:
    """What the chain made of the imagery of a demo territory, beside its truth."""
    years = sorted(path.name for path in (folder / "truth").iterdir() if path.is_dir())
    truth = compare(*(folder / "truth" / year / "occupation_sol.parquet" for year in years))
    made = compare(*(folder / "delivery" / year for year in years))
    communes = read_vector(folder / "sources" / years[-1] / "admin_express.gpkg", layer="commune")
    communes = communes.rename(columns=str.lower).rename(columns={"insee_com": "insee", "code_insee": "insee"})
    recipe = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["recipe"]
    sides = (net_by_commune(side.changes, communes) for side in (truth, made))
    change = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))["measures"]["change"]["found"]
    return {"recipe": recipe, "change": change, "communes": pd.merge(*sides, on="commune", suffixes=("", "_made"))}


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def as_text(measured: list[dict], chains: list[dict]) -> str:
    """The tables, the five territories pooled in the last row of the first one."""
    rows = []
    for name, part in [*((f"seed {one['seed']}", [one]) for one in measured), ("pooled", measured)]:
        sums = {key: sum(one[key] for one in part) for key in measured[0] if key.endswith(("_m2", "changes", "noise"))}
        kept, true = (np.sum([one[key] for one in part], axis=0) for key in ("kept", "true"))
        apart = sums["snapped_m2"] + sums["border_noise_m2"]
        rows.append(
            [
                name,
                f"{sums['true_changes']} ({sums['true_m2']:.0f} m²)",
                f"{sums['lost_m2']:.2f} m²",
                f"{sums['extra_m2']:.2f} m²",
                f"{kept[1]} of {kept[0]}",
                f"{true[1]} of {true[0]}",
                f"{apart:.0f} m²",
                f"{sums['slivers_m2']:.0f} m²",
            ]
        )
    head = ["territory", "true changes", "not found", "found beside"]
    head += ["found again", "of those found, true", "jitter set apart", "other slivers"]
    nets = [
        [
            *(f"{one['seed']}, {row.commune}", f"{row.net:+.4f}", f"{row.net_moved:+.4f}"),
            *(f"{abs(row.net_moved - row.net):.4f}", f"{allowed_ha(row.net):.2f}", f"{row.near_moved:+.4f}"),
        ]
        for one in measured
        for row in one["communes"].itertuples()
    ]
    parts = [
        table(head, rows),
        table(
            ["seed, commune", "net, ha", "with jitter, ha", "apart, ha", "allowed, ha", "near a threshold, ha"], nets
        ),
    ]
    if chains:
        made = [
            [
                *(
                    f"{one['recipe']['seed']}, {one['recipe']['size_km']} km, {row.commune}",
                    f"{row.net + row.near:+.4f}",
                ),
                *(
                    f"{row.net_made + row.near_made:+.4f}",
                    f"{abs(row.net_made + row.near_made - row.net - row.near):.4f}",
                ),
                *(f"{100 * one['change'][key]:.0f} %" for key in ("share_of_true_found", "share_of_found_true")),
            ]
            for one in chains
            for row in one["communes"].itertuples()
        ]
        head = ["demo, commune", "net of the truth, ha", "net of the chain, ha", "apart, ha"]
        parts.append(table([*head, "true change found", "found change true"], made))
    return "\n\n".join(parts)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        figures = [measure(seed, Path(home) / str(seed)) for seed in SEEDS]
    print(as_text(figures, [chain(Path(word)) for word in sys.argv[1:]]))
