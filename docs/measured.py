"""Print the README's table of measured figures from demo territories: `python docs/measured.py FOLDER...`."""

import json
import sys
from collections.abc import Callable
from pathlib import Path


def main(folders: list[Path]) -> None:
    read = [(json.loads((folder / "demo.json").read_text()), measures(folder)) for folder in folders]
    head = ["measured", *(f"seed {recipe(about, 'seed')}, {recipe(about, 'size_km')} km" for about, _ in read)]
    lines = [head, ["---"] * len(head)]
    for label, value in ROWS:
        lines.append([label, *(value(found) for _, found in read)])
    print("\n".join(f"| {' | '.join(line)} |" for line in lines))
    print("\nIoU by cover class, 2019 / 2022:\n")
    names = list(dict.fromkeys(name for _, found in read for name in classes(found)))
    print(f"| class | {' | '.join(head[1:])} |\n|{'---|' * len(head)}")
    for name in names:
        print(f"| {name} | {' | '.join(iou(found, name) for _, found in read)} |")


def measures(folder: Path) -> dict:
    return json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))["measures"]


def recipe(about: dict, key: str) -> object:
    return about.get("recipe", about)[key]


def both(*path: str) -> Callable[[dict], str]:
    def text(found: dict) -> str:
        values = []
        for year in ("2019", "2022"):
            value = found["vintages"][year]
            for key in path:
                value = value[key]
            values.append(f"{100 * value:.1f} %")
        return " / ".join(values)

    return text


def artificial(found: dict) -> str:
    pairs = (found["vintages"][year]["artificial"] for year in ("2019", "2022"))
    return " / ".join(f"{pair['artificial_ha']:.1f} for {pair['true_ha']:.1f} ha" for pair in pairs)


def flux(found: dict) -> str:
    kinds = found["change"]["flux"]
    return f"{kinds['map']['net_ha']:+.2f} for {kinds['truth']['net_ha']:+.2f} ha"


def change(key: str) -> Callable[[dict], str]:
    return lambda found: f"{100 * found['change']['found'][key]:.0f} %"


def by_class(vintage: dict) -> dict[str, dict]:
    return {row["label"]: row for row in vintage["cover"]["classes"] if row["truth"] > 0}


def classes(found: dict) -> list[str]:
    return [name for vintage in found["vintages"].values() for name in by_class(vintage)]


def iou(found: dict, name: str) -> str:
    values = [by_class(found["vintages"][year]).get(name, {}).get("iou") for year in ("2019", "2022")]
    return " / ".join("–" if value is None else f"{100 * value:.0f}" for value in values)


ROWS = (
    ("cover, overall accuracy", both("cover", "overall_accuracy")),
    ("cover, mean IoU", both("cover", "mean_iou")),
    ("per-pixel classifier, overall accuracy", both("pixel_classifier", "overall_accuracy")),
    ("CS before corrections, right by area", both("automatic", "cs", "overall_accuracy")),
    ("US before corrections, right by area", both("automatic", "us", "overall_accuracy")),
    ("CS delivered, right by area", both("cs", "overall_accuracy")),
    ("US delivered, right by area", both("us", "overall_accuracy")),
    ("artificialised land, map for truth", artificial),
    ("net artificial flux, map for truth", flux),
    ("true change found, by area", change("share_of_true_found")),
    ("found change true, by area", change("share_of_found_true")),
)


if __name__ == "__main__":
    main([Path(word) for word in sys.argv[1:]])
