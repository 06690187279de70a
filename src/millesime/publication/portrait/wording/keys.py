"""The texts of the portrait by name, and by part of the page; each language fills them all.

A text is a whole sentence with named places, `{area}`, filled by `str.format` with numbers already written as that
language writes them. A new text is added here, then in each language beside this file: type checking names the
languages that lack it, and the tests those whose places differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Plural:
    """A text that depends on a count, `{count}`."""

    one: str
    many: str


@dataclass(frozen=True)
class FrameTexts:
    """Around the sections: head, contents, foot."""

    title: str
    description: str
    skip: str
    eyebrow: str
    contents: str
    years: str
    subtitle_one: str
    subtitle_two: str
    subtitle_communes_one: str
    subtitle_communes_two: str
    communes: Plural
    made_up: str
    footer: str
    go_brief: str
    go_maps: str
    go_changes: str
    go_artificial: str
    go_cover: str
    go_use: str
    go_communes: str
    go_resting: str
    go_limits: str
    go_quality: str
    go_sources: str


@dataclass(frozen=True)
class AnswerTexts:
    """The five questions at the top of the page and their answers."""

    heading: str
    how_much: str
    how_much_none: str
    how_much_gain: str
    how_much_loss: str
    how_much_both: str
    how_much_stock: str
    where: str
    where_gain_commune: str
    where_no_gain: str
    where_sites: str
    where_share_commune: str
    where_share_part: str
    where_map: str
    when: str
    when_one: str
    when_body: str
    when_one_body: str
    how_sure: str
    thresholds: str
    thresholds_stock: str
    thresholds_stock_none: str
    thresholds_flux: str
    thresholds_flux_none: str
    see_changes: str
    see_maps: str
    see_artificial: str
    see_quality: str
    see_limits: str
    see_sources: str


@dataclass(frozen=True)
class CardTexts:
    """The key figures."""

    heading: str
    artificial: str
    share: str
    artificial_sentence: str
    flux: str
    per_year: str
    flux_none: str
    flux_gain: str
    flux_loss: str
    flux_both: str
    years: Plural
    impervious: str
    impervious_sentence: str
    impervious_change: str
    changed: str
    changed_sentence: str
    reading: str


@dataclass(frozen=True)
class MapTexts:
    """The maps, their controls and what is said to those who do not see them."""

    heading_one: str
    heading_two: str
    intro_one: str
    intro_two: str
    choose: str
    layers: str
    limits: str
    codes: str
    slider: str
    slider_value: str
    """Read out while the swipe moves; `{percent}` is filled by the page's script."""

    side_by_side: str
    legend: str
    north: str
    photo: str
    photo_note: str
    photo_title: str
    photo_description: str
    cover: str
    cover_note: str
    use: str
    use_note: str
    artificial: str
    artificial_note: str
    title: str
    artificial_title: str
    artificial_description: str
    dominant: str
    dominant_item: str
    by_threshold: str


@dataclass(frozen=True)
class ChangeTexts:
    """What changed, and where."""

    heading: str
    map_title: str
    description: str
    description_none: str
    gained: str
    gained_none: str
    lost: str
    lost_none: str
    neutral: str
    neutral_none: str
    sites_intro: str
    legend: str
    sites: str
    sites_caption: str
    number: str
    what: str
    area: str
    effect: str
    from_above: str
    site_picture: str
    site_title: str
    effect_gain: str
    effect_loss: str
    effect_none: str
    state: str
    story_threshold: str
    story_use: str
    story_cover: str
    story_both: str
    rest: str
    commune_and_rest: str


@dataclass(frozen=True)
class ThemeNames:
    """The section of cover, or that of use."""

    title: str
    intro: str
    stock: str
    balance: str
    matrix: str
    unchanged: str


@dataclass(frozen=True)
class ThemeTexts:
    """Cover and use, gains and losses, and what artificial land is made of."""

    composition_heading: str
    composition_intro: str
    composition_cover: str
    composition_use: str
    cover: ThemeNames
    use: ThemeNames
    balance_heading: str
    matrix_heading: str
    matrix_note: str
    matrix_corner: str
    matrix_corner_aloud: str
    matrix_codes: str
    left_total: str
    came_total: str
    nothing: str
    in_hectares: str
    chart_stock: str
    chart_balance_gain: str
    chart_balance_loss: str
    chart_item: str
    chart_items_between: str
    chart_table: str
    stock_note: str
    losses: str
    gains: str
    code: str
    change: str
    share: str
    gained: str
    lost: str
    balance: str


@dataclass(frozen=True)
class CommuneTexts:
    """The table of communes."""

    heading: str
    intro: str
    intro_flux: str
    region: str
    caption: str
    commune: str
    area: str
    artificial: str
    share: str
    gained: str
    lost: str
    net: str
    net_per_year: str
    impervious: str
    chart: str
    chart_sentence: str
    in_part: str


@dataclass(frozen=True)
class RestingTexts:
    """What the figures rest on."""

    heading: str
    caption: str
    what: str
    see: str


@dataclass(frozen=True)
class CautionTexts:
    """What the figures do not say."""

    heading: str
    enaf: str
    enaf_body: str
    thresholds: str
    thresholds_rule: str
    thresholds_none: str
    thresholds_some: str
    thresholds_flux: str
    thresholds_order: str
    small: str
    small_body: str
    small_count: Plural
    flux: str
    flux_body: str
    exemptions: str
    exemptions_body: str
    errors: str
    errors_of_chain: str
    errors_measured: str
    errors_unmeasured: str
    errors_communes: str


@dataclass(frozen=True)
class QualityTexts:
    """How far the figures can be trusted."""

    heading: str
    trust_none: str
    trust_status: str
    trust_impervious: str
    trust_flux: str
    by_rows: str
    title: str
    row: str
    row_measure: str
    truth: str
    map: str
    users: str
    producers: str
    iou: str
    artificial: str
    artificial_overall: str
    artificial_sentence: str
    artificial_none: str
    impervious: str
    gap: str
    impervious_sentence: str
    impervious_share: str
    impervious_enlarged: str
    flux: str
    flux_overall: str
    flux_sentence: str
    flux_gain: str
    flux_loss: str
    flux_net: str
    found: str
    found_overall: str
    found_sentence: str
    cover: str
    use: str
    overall: str
    explained: str
    predicted: str
    predicted_sentence: str
    predicted_alone: str


@dataclass(frozen=True)
class SourceTexts:
    """Where the figures come from."""

    heading: str
    measured: str
    not_measured: str
    corrected: str
    corrected_made_up: str
    corrections: str
    made_up: str
    made_up_body: str
    vintages: str
    vintages_body: str
    product: str
    product_body: str
    method: str
    method_body: str
    artificial: str
    artificial_body: str
    projection: str
    projection_body: str
    licence: str
    licence_body: str
    data: str
    data_body: str
    inputs: str
    inputs_caption: str
    input: str
    producer: str
    source_licence: str
    fingerprint: str
    fingerprint_short: str
    steps: str
    steps_caption: str
    step: str
    version: str
    read_fingerprint: str
    step_titles: Mapping[str, str]
    input_titles: Mapping[str, str]
    simulated: str
    no_licence: str
    with_territory: str
    of_supplier: str
    with_millesime: str
    restricted: str
    simulated_like: str
    """`{producers}` are written with `producer_of` and joined by `and_`."""

    producer_of: Mapping[str, str]
    any_producer_of: str
    and_: str


@dataclass(frozen=True)
class Texts:
    """All the texts of one language."""

    frame: FrameTexts
    answers: AnswerTexts
    cards: CardTexts
    maps: MapTexts
    changes: ChangeTexts
    themes: ThemeTexts
    communes: CommuneTexts
    resting: RestingTexts
    cautions: CautionTexts
    quality: QualityTexts
    sources: SourceTexts
    status: Mapping[str, str]
    """Artificial status as delivered -> its name."""

    fluxes: Mapping[int, str]
    """Artificial flux (1, -1, 0) -> its name."""

    cover_classes: Mapping[str, str]
    """CoSIA class by its delivered name -> its name in this language."""
