"""The texts of a portrait of files by name; each language fills them all. Places, `{area}`, hold written numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from millesime.evaluation.sample import ChangeFigure
from millesime.publication.portrait.wording import Plural


@dataclass(frozen=True)
class FileTexts:
    """What a portrait made of files says of its files, its zone and its doubts."""

    zone: str
    levels: Mapping[str, str]
    zone_whole: str
    zone_cut: str
    zone_missing: str
    reading: str
    layer: str
    built_zone: str
    rows: Plural
    all_kept: str
    some_kept: str
    set_aside: Plural
    aside: str
    retouched: str
    computed: str
    other_rules: str
    read_as_is: str
    flags: Plural
    comparison: str
    compared: str
    snapped: str
    alone: str
    licence_body: str
    supplied: str
    licence_of_ign: str
    source: str
    not_measured: str
    errors: str
    trust: str
    trust_nothing: str
    trust_all_change: str
    trust_some: str
    noise: str
    without: str
    near: str
    between: str
    comparable: str
    unknown_generation: str
    two_generations: str
    not_covered: str
    not_covered_body: str
    two_origins: str
    two_origins_body: str
    adjusted: str
    other_ground: str
    controlled: str
    controlled_figures: Mapping[ChangeFigure, str]
    control_title: str
    control_points: Plural
    control_told: str
    control_map: str
    control_estimate: str
    control_low: str
    control_high: str
    control_source: str
    control_licence: str
    errors_controlled: str
    resting_intro: str
    ground: str
    stock: str
    flux: str
