"""The tables on prediction: time beside the limit and FLAIR-1's way, memory beside the side of the image."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

PREDICT_BEGIN, PREDICT_END = "<!-- measured, prediction: begin -->", "<!-- measured, prediction: end -->"
PREDICT_JOBS = ("predict", "predict_memory")
Line = dict[str, Any]

#: Goals on a processor: the share of the bare loop's speed, and how many times FLAIR-1's scheme takes; on a card.
_LIMIT_SHARE, _CARD_SHARE = 0.9, 0.8
_PEER_TIMES = {"onnxruntime f32": 5, "openvino f32": 6}
_EQUAL_SHARE = 0.999
_UNET_MB = 3000
#: How much more memory the largest image may take than the smallest.
_FLAT = 1.25

_LIBRARIES = ("onnxruntime", "openvino", "torch", "numpy")


def predict_report(lines: list[Line], *, machine: str) -> str:
    """Both tables, as far as they were run."""
    timed = [line for line in lines if line["benchmark"] == "predict"]
    grown = [line for line in lines if line["benchmark"] == "predict_memory"]
    return "\n".join([f"{machine} {_libraries()}.", "", *_times(timed), *_memory(grown)])


def _libraries() -> str:
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def _times(lines: list[Line]) -> list[str]:
    if not lines:
        return []
    rows = [
        "| how | side (px) | time (s) | Mpx/s | memory (MB) | against | times that | goal | reached | the result |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        goal, met = _goal(line)
        cells = [
            line["contender"], line.get("px"), _number(line.get("wall_s")), _rate(line), line.get("peak_mb"),
            _against(line), f"{line['ratio']:.2f}" if "ratio" in line else None, goal, _yes(met), _told(line),
        ]  # fmt: skip
        rows.append("| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |")
    return [*rows, ""]


def _against(line: Line) -> str | None:
    side = line.get("against_px", line.get("px"))
    return line.get("against") if side == line.get("px") else f"{line['against']} on {side} px, per pixel"


def _goal(line: Line) -> tuple[str | None, bool | None]:
    """The goal of a line in words, and whether it is reached; None where there is none or it was not measured."""
    ratio, name = line.get("ratio"), line["contender"]
    if name.startswith("limit") and "against" in line:
        share = _CARD_SHARE if "cuda" in name else _LIMIT_SHARE
        return f"at least {share:g}", None if ratio is None else ratio >= share
    how = line.get("against", "").partition(", ")[2]
    if name.startswith("FLAIR-1") and how in _PEER_TIMES:
        same = line["correctness"].get("as_crop_mode")
        met = None if ratio is None else ratio >= _PEER_TIMES[how] and (same is None or same >= _EQUAL_SHARE)
        return f"{_PEER_TIMES[how]} times, {_EQUAL_SHARE:.1%} equal classes", met
    return None, None


def _memory(lines: list[Line]) -> list[str]:
    if not lines:
        return []
    rows = [
        "| how | side (px) | time (s) | Mpx/s | memory (MB) | goal | reached | the result |",
        "|---|---|---|---|---|---|---|---|",
    ]
    least: dict[str, float] = {}
    for line in lines:
        name, peak = line["contender"], line.get("peak_mb")
        goal, met = None, None
        if peak is not None and "toy" in name:
            least[name] = min(peak, least.get(name, peak))
            goal, met = f"{_FLAT:g} times the smallest at most", peak <= _FLAT * least[name]
        elif peak is not None:
            goal, met = f"{_UNET_MB} MB", peak <= _UNET_MB
        cells = [name, line.get("px"), _number(line.get("wall_s")), _rate(line), peak, goal, _yes(met), _told(line)]
        rows.append("| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |")
    return [*rows, ""]


def _rate(line: Line) -> str | None:
    return f"{line['pixels_per_s'] / 1e6:.3g}" if "pixels_per_s" in line else None


def _told(line: Line) -> str:
    if "missing" in line:
        return str(line["missing"])
    if "error" in line:
        return f"failed: {str(line['error'])[:120].replace('|', ' ')}"
    facts = line.get("correctness", {})
    told = [f"{facts['windows']:,} windows"] if "windows" in facts else []
    if "as_onnxruntime" in facts:
        told.append(f"{facts['as_onnxruntime']:.3%} of the classes as onnxruntime f32")
    if "as_crop_mode" in facts:
        told.append(f"{facts['as_crop_mode']:.3%} of the classes as ours in crop mode")
    if line.get("runs") == 1:
        told.append("one run")
    return ", ".join(told)


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.3g}"


def _yes(met: bool | None) -> str | None:
    return None if met is None else "yes" if met else "no"
