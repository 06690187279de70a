"""The portrait in English, in the words of docs/concepts.md. The page sets curly apostrophes itself."""

from __future__ import annotations

from millesime.nomenclature.tables import read_table
from millesime.publication.portrait.wording.keys import (
    AnswerTexts,
    CardTexts,
    CautionTexts,
    ChangeTexts,
    CommuneTexts,
    FrameTexts,
    MapTexts,
    Plural,
    QualityTexts,
    RestingTexts,
    SourceTexts,
    Texts,
    ThemeNames,
    ThemeTexts,
)

_FRAME = FrameTexts(
    title="{territory}: land portrait {years}",
    description="Land cover, land use, artificial land and their change in {territory}, {years}.",
    skip="Skip to content",
    eyebrow="Land portrait · Large-scale land cover and land use",
    contents="Contents",
    years="{first} and {second}",
    subtitle_one="Vintage {years}, {area}.",
    subtitle_two="Vintages {years}, {area}.",
    subtitle_communes_one="Vintage {years}, {area}, {communes}.",
    subtitle_communes_two="Vintages {years}, {area}, {communes}.",
    communes=Plural("{count}\u00a0commune", "{count}\u00a0communes"),
    made_up="Made-up territory: the place, the images and the databases are simulated.",
    footer=(
        "Portrait of {territory}, large-scale land cover and land use, {years}. Made with the free software millesime; "
        "it does not replace official data. This page is one file and needs no network."
    ),
    go_brief="Key figures",
    go_maps="Maps",
    go_changes="What changed",
    go_artificial="Artificial land",
    go_cover="Cover",
    go_use="Use",
    go_communes="Communes",
    go_resting="Thresholds",
    go_limits="Limits",
    go_quality="Quality",
    go_sources="Sources",
)

_ANSWERS = AnswerTexts(
    heading="Five answers",
    how_much="How much land became artificial?",
    how_much_none="No land changed status from {first} to {second}.",
    how_much_gain=(
        "From {first} to {second}, {gain} of land became artificial and none ceased to be: {net}, or {per_year} a year."
    ),
    how_much_loss=(
        "From {first} to {second}, no land became artificial and {loss} of land ceased to be: {net}, or {per_year} a "
        "year."
    ),
    how_much_both=(
        "From {first} to {second}, {gain} of land became artificial and {loss} ceased to be: {net} overall, or "
        "{per_year} a year."
    ),
    how_much_stock="In {year}, artificial land covers {area}, which is {share} of the territory.",
    where="Where?",
    where_gain_commune="The commune where most land became artificial is {commune}: {area} out of {gain}.",
    where_no_gain="No land became artificial.",
    where_sites="The largest sites of change are numbered on a map.",
    where_share_commune="The most artificial commune is {commune}: {share} of its area.",
    where_share_part=(
        "Within the territory, the most artificial commune is {commune}, which lies in it only in part: {share} of "
        "that part."
    ),
    where_map="The map of artificial land shows each piece of it.",
    when="Between which dates?",
    when_one="On which date?",
    when_body=(
        "Between the aerial photographs of {first} and those of {second}. The exact date of each change is not known."
    ),
    when_one_body="That of the aerial photographs of {year}.",
    how_sure="How sure is it?",
    thresholds="What rests on thresholds?",
    thresholds_stock="In {year}, an area threshold decides the status of {area} of land, or {share} of the territory.",
    thresholds_stock_none="In {year}, no land owes its status to an area threshold.",
    thresholds_flux="Of the land that changed status, {area} comes from thresholds alone.",
    thresholds_flux_none="None of the land that changed status comes from thresholds alone.",
    see_changes="See what changed",
    see_maps="See the maps",
    see_artificial="See what artificial land is made of",
    see_quality="See the measured quality",
    see_limits="See what these figures do not say",
    see_sources="See the sources",
)

_CARDS = CardTexts(
    heading="Key figures",
    artificial="Artificial land in {year}",
    share="{share} of the territory",
    artificial_sentence=(
        "Of every 100 hectares, about {hundredth} are built, paved, compacted, or grassed in the service of housing, "
        "business or transport."
    ),
    flux="Net artificial flux from {first} to {second}",
    per_year="{area} a year",
    flux_none="No land changed status in {years}.",
    flux_gain="{gain} of land became artificial and none ceased to be in {years}.",
    flux_loss="No land became artificial and {loss} of land ceased to be in {years}.",
    flux_both="{gain} of land became artificial and {loss} ceased to be in {years}.",
    years=Plural("{count}\u00a0year", "{count}\u00a0years"),
    impervious="Impervious land in {year}",
    impervious_sentence="Buildings, roads, car parks: water does not soak in.",
    impervious_change="Buildings, roads, car parks: water does not soak in ({change} since {first}).",
    changed="Land that changed from {first} to {second}",
    changed_sentence=(
        "Changes of cover or of use, whether they make land artificial or not: buildings and roads, but also crops and "
        "woods."
    ),
    reading=(
        "Land is called artificial when its occupation or its use durably alters its biological and hydric functions "
        "(article L. 101-2-1 of the French planning code). Net artificial flux: what became artificial, minus what "
        "ceased to be."
    ),
)

_MAPS = MapTexts(
    heading_one="Maps",
    heading_two="Before and after",
    intro_one="Choose the map to show.",
    intro_two=(
        "Choose a map: it is shown for both vintages. Move the divider with the mouse, a finger or the arrow keys."
    ),
    choose="Map",
    layers="Layers",
    limits="Limits of communes",
    codes="CS and US codes",
    slider="Divider {first} | {second}",
    slider_value="{percent}% of the width",
    side_by_side="Side by side",
    legend="Legend: {title}",
    north="North",
    photo="Photograph",
    photo_note="Orthophotographs that the map was made from.",
    photo_title="Aerial photograph of {year}",
    photo_description="The whole territory seen from straight above in {year}.",
    cover="Cover",
    cover_note=(
        "Cover (CS): what is physically on the ground. Colours of the national nomenclature; hatches tell close "
        "colours apart."
    ),
    use="Use",
    use_note=(
        "Use (US): what the land is for. US2 and US235 have the same official colour: US235 is hatched in white."
    ),
    artificial="Artificial land",
    artificial_note=(
        "Status as the French planning code defines it, thresholds included. Black hatches mark the land whose status "
        "a threshold changed."
    ),
    title="{theme} in {year}",
    artificial_title="Artificial land in {year}",
    artificial_description="{area} of artificial land, {share} of the territory.",
    dominant="Most extensive classes: {classes}.",
    dominant_item="{label} ({share})",
    by_threshold="{status} because of a threshold",
)

_CHANGES = ChangeTexts(
    heading="What changed from {first} to {second}",
    map_title="Changes between {first} and {second}",
    description="{gained}; {lost}; {neutral}.",
    description_none="Nothing changed.",
    gained="{area} of land became artificial",
    gained_none="no land became artificial",
    lost="{area} ceased to be artificial",
    lost_none="none ceased to be artificial",
    neutral="{area} changed without effect on artificial land",
    neutral_none="nothing else changed",
    sites_intro=(
        "Neighbouring polygons with the same effect are joined into sites; the largest ones are numbered, first those "
        "that change artificial land."
    ),
    legend="Legend of the changes",
    sites="Largest sites of change",
    sites_caption="Largest sites of change, numbered as on the map",
    number="No.",
    what="What changed",
    area="Area",
    effect="Effect",
    from_above="Seen from above",
    site_picture="Site {number} in {year}: {state}",
    site_title="{area}, {commune}",
    effect_gain="Became artificial",
    effect_loss="Ceased to be artificial",
    effect_none="No effect",
    state="{cover}, {use}",
    story_threshold="{cover}, {use}: the status changes because of a threshold",
    story_use="Use: {before} → {after} (cover: {cover})",
    story_cover="Cover: {before} → {after} (use: {use})",
    story_both="{cover_before} ({use_before}) → {cover_after} ({use_after})",
    rest="this change makes {share} of the site",
    commune_and_rest="{commune}; {rest}",
)

_THEMES = ThemeTexts(
    composition_heading="What artificial land is made of",
    composition_intro="The {area} of artificial land in {year}, by what covers it, then by what it is for.",
    composition_cover="Artificial land by cover",
    composition_use="Artificial land by use",
    cover=ThemeNames(
        title="Land cover",
        intro="What is physically on the ground: buildings, paving, water, trees, grass.",
        stock="Area by cover in {year}",
        balance="Area gained and lost by cover",
        matrix="Transition matrix, cover, from {first} to {second}",
        unchanged="No change of cover between the two vintages.",
    ),
    use=ThemeNames(
        title="Land use",
        intro="What the land is for: housing, farming, travelling, producing.",
        stock="Area by use in {year}",
        balance="Area gained and lost by use",
        matrix="Transition matrix, use, from {first} to {second}",
        unchanged="No change of use between the two vintages.",
    ),
    balance_heading="Gains and losses from {first} to {second}",
    matrix_heading="Where change came from",
    matrix_note=(
        "In rows, what the land was in {first}; in columns, what it became in {second}. The darker the cell, the "
        "larger the area."
    ),
    matrix_corner="{first} ↓ \u00a0 {second} →",
    matrix_corner_aloud="{first} in rows, {second} in columns",
    matrix_codes="Codes of the columns",
    left_total="Lost",
    came_total="Gained",
    nothing="none",
    in_hectares="{title}, in hectares",
    chart_stock="{title}. Largest areas: {items}.",
    chart_balance_gain="{title}. Largest gains: {items}.",
    chart_balance_loss="Largest losses: {items}.",
    chart_item="{label}, {value}",
    chart_items_between="; ",
    chart_table="All values are in the table beside it.",
    stock_note="The bar is the area in {second}; the black line, that in {first}.",
    losses="← losses",
    gains="gains →",
    code="Class",
    change="Change",
    share="Share",
    gained="Gained",
    lost="Lost",
    balance="Balance",
)

_COMMUNES = CommuneTexts(
    heading="By commune",
    intro="Areas of each commune inside the territory.",
    intro_flux=(
        "Areas of each commune inside the territory. Fluxes are computed commune by commune, then added up. Land that "
        "ceased to be artificial is counted as negative."
    ),
    region="Indicators by commune",
    caption="Artificial and impervious land by commune, in hectares",
    commune="Commune",
    area="Area",
    artificial="Artificial",
    share="Share",
    gained="Became artificial",
    lost="Ceased to be",
    net="Net flux",
    net_per_year="Net flux a year",
    impervious="Impervious",
    chart="Artificial share of each commune in {year}",
    chart_sentence=(
        "Artificial share of each commune in {year}. The highest: {first}, {first_share}. The territory: {share}. All "
        "values are in the table above."
    ),
    in_part="{commune} (in part)",
)

_RESTING = RestingTexts(
    heading="What these figures rest on",
    caption="What the figures would be if one thing alone were different",
    what="What is different",
    see="See what these figures rest on",
)

_CAUTIONS = CautionTexts(
    heading="What these figures do not say",
    enaf="Artificial flux is not the consumption of natural, agricultural and forest land (ENAF).",
    enaf_body=(
        "The target of halving over 2021-2031 is about the consumption of ENAF land, measured each year from the "
        "French land files (Fichiers fonciers). The two measures cannot be compared nor added."
    ),
    thresholds="The status depends on thresholds.",
    thresholds_rule=(
        "A non-artificial patch of less than {small}\u00a0m² enclosed by artificial land counts as artificial, and the "
        "other way round; a building of {built}\u00a0m² or more always counts."
    ),
    thresholds_none="In {year}, no area owes its status to a threshold.",
    thresholds_some=(
        "In {year}, {area} ({share} of the territory) owe their status to a threshold and not to the pair of cover and "
        "use."
    ),
    thresholds_flux=(
        "Of the land that changed status, {area} comes from thresholds alone: neither cover nor use changed there."
    ),
    thresholds_order=(
        "The decree sets the thresholds, not the order in which they apply: that order is our reading, described in "
        "the documentation of millesime (docs/concepts.md, “From the matrix to the status”)."
    ),
    small="What is small is not mapped, or is mapped larger than it is.",
    small_body=(
        "Built land of less than {least}\u00a0m² is not mapped; an isolated building of {least} to {built}\u00a0m² is "
        "enlarged to {built}\u00a0m². Anything else is kept from {inside}\u00a0m² in the built zone and from "
        "{outside}\u00a0m² outside: a smaller garden, track or grove is joined to its neighbour."
    ),
    small_count=Plural(
        "Of {all}\u00a0built polygons, {count} has just this area of {built}\u00a0m² ({area}): the building is likely "
        "smaller than its polygon.",
        "Of {all}\u00a0built polygons, {count} have just this area of {built}\u00a0m² ({area} in all): these buildings "
        "are likely smaller than their polygons.",
    ),
    flux="Changes compare two states.",
    flux_body=(
        "They do not tell what changed and came back between {first} and {second}, nor the exact date of a change. A "
        "change of cover or of use does not always make land artificial."
    ),
    exemptions="The optional exemptions are not applied.",
    exemptions_body="Public parks and gardens and ground photovoltaics are counted by the general rule.",
    errors="A map has errors.",
    errors_of_chain="Cover is predicted from images, then crossed with national databases that have their delays.",
    errors_measured="The section “Measured quality” tells how much of the area is right, class by class.",
    errors_unmeasured="The accuracy of this edition was not measured: a small difference may be an error.",
    errors_communes="A commune has no control sample of its own: no interval is given at its scale.",
)

_QUALITY = QualityTexts(
    heading="Measured quality",
    trust_none=("The accuracy of this edition was not measured: a small difference may be an error of the map."),
    trust_status=(
        "Reliability measured on this territory: {accuracy} of the area has the right status in {year}; the map counts "
        "{mapped} of artificial land, the truth {true}."
    ),
    trust_impervious="Impervious land: {mapped} on the map, {true} in the truth.",
    trust_flux="Net artificial flux: {mapped} on the map, {true} in the truth.",
    by_rows="{title}, by {rows}",
    title="{title}: {overall}",
    row="Class",
    row_measure="Measure",
    truth="Truth",
    map="Map",
    users="Right on the map",
    producers="Found by the map",
    iou="IoU",
    artificial="Artificial land in {year}",
    artificial_overall="{accuracy} of the area with the right status",
    artificial_sentence=(
        "The map counts {mapped} of artificial land, the truth {true}: a difference of {gap} ({share})."
    ),
    artificial_none="The map counts {mapped} of artificial land, the truth none.",
    impervious="Impervious land in {year}",
    gap="difference of {gap}",
    impervious_sentence=(
        "The map counts {mapped} of impervious land (CS1.1.1), the truth {true}: a difference of {gap}."
    ),
    impervious_share=(
        "The map counts {mapped} of impervious land (CS1.1.1), the truth {true}: a difference of {gap} ({share})."
    ),
    impervious_enlarged="The enlarging of small isolated buildings has its part in it.",
    flux="Net artificial flux from {first} to {second}",
    flux_overall="difference of {gap} in the net flux",
    flux_sentence=(
        "The net flux is {mapped} on the map and {true} in the truth. A flux is small beside the territory: it is the "
        "flux to judge, and not the percentage of right area. Land that ceased to be artificial is counted as "
        "negative: the net flux is the sum of both."
    ),
    flux_gain="Became artificial (ha)",
    flux_loss="Ceased to be (ha)",
    flux_net="Net (ha)",
    found="Changes found from {first} to {second}",
    found_overall="{share} of the changed area is found",
    found_sentence=(
        "{true_share} of the area that the map calls changed truly is. Of the changes of {unit}\u00a0m² or more, "
        "{found} out of {all} are found."
    ),
    cover="Cover (CS) in {year}",
    use="Use (US) in {year}",
    overall="{accuracy} of the area right, mean IoU {iou}",
    explained=(
        "“Right on the map”: share of what the map calls so that is so. “Found by the map”: share of what is so that "
        "the map calls so. IoU: shared area over joint area."
    ),
    predicted="Predicted cover (CoSIA) in {year}",
    predicted_sentence="Raw prediction, pixel by pixel, before any crossing with the databases.",
    predicted_alone="A classification of each pixel alone, on the same images, would be right for {accuracy}.",
)

_SOURCES = SourceTexts(
    heading="Sources and method",
    measured=(
        "The map was compared, pixel by pixel and hectare by hectare, with a truth known over the whole territory. "
        "Percentages are weighted by area."
    ),
    not_measured=(
        "The accuracy of this edition was not measured: neither ground truth nor control sample comes with it."
    ),
    corrected=(
        "The measured map includes corrections by photo-interpreters, replayed: {counts}. A vintage inherits those of "
        "its reference: these figures are not those of the automatic chain alone."
    ),
    corrected_made_up=(
        "The measured map includes corrections by photo-interpreters simulated from this truth, replayed: {counts}. A "
        "vintage inherits those of its reference: these figures are not those of the automatic chain alone."
    ),
    corrections="{count} in {year}",
    made_up="Made-up territory",
    made_up_body=(
        "The place, the images and the databases are simulated for demonstration; no figure describes a real place."
    ),
    vintages="Vintages",
    vintages_body="{years}: year of the aerial survey.",
    product="Product",
    product_body="Large-scale land cover and land use (OCS GE): cover (CS) and use (US) everywhere.",
    method="Method",
    method_body=(
        "Cover predicted by a neural network from aerial images and heights, vectorised, crossed with the national "
        "databases, brought to the minimum areas, corrected, then compared from one vintage to the other."
    ),
    artificial="Artificial land",
    artificial_body=(
        "Pair of cover × use, then the thresholds of the annex of article R. 101-1 of the French planning code (decree "
        "2023-1096)."
    ),
    projection="Projection",
    projection_body="{name} ({code}). North of the projection at the top of the maps.",
    licence="Licence",
    licence_body=(
        "Input data keep their licence, given below; the French land files (Fichiers fonciers) are never passed on. "
        "Nomenclature: CNIG standard of OCS GE."
    ),
    data="Data",
    data_body=(
        "The GeoPackages, the rasters and the QGIS project delivered beside this page hold each polygon and the reason "
        "of its code."
    ),
    inputs="Input data",
    inputs_caption="Input data, with the fingerprint of the files read",
    input="Data",
    producer="Producer",
    source_licence="Licence",
    fingerprint="SHA-256 fingerprint",
    fingerprint_short="Fingerprint",
    steps="Traceability",
    steps_caption="Steps of the chain, the version of each and the fingerprint of what it read",
    step="Step",
    version="Version",
    read_fingerprint="Fingerprint of the inputs",
    step_titles={
        "imagery": "Images",
        "cover_raster": "Predicted cover (pixels)",
        "cover_vector": "Predicted cover (polygons)",
        "built_zone": "Built zone",
        "ocsge_auto": "Automatic OCS GE",
        "ocsge_update": "Reconciled with the reference vintage",
        "ocsge_final": "Final OCS GE, corrections replayed",
        "artificialisation": "Artificial status",
        "differential": "Differential",
        "indicators": "Indicators",
    },
    input_titles={
        "ortho_rgb": "Colour orthophotograph",
        "ortho_irc": "Infra-red orthophotograph",
        "dsm": "Digital surface model",
        "dtm": "Digital terrain model",
        "model": "Segmentation model",
        "operations": "Replayed corrections",
    },
    simulated="simulated",
    no_licence="not applicable",
    with_territory="given with the territory",
    of_supplier="of the supplier",
    with_millesime="comes with millesime",
    restricted="restricted access, never passed on",
    simulated_like="simulated, in the schema of {producers}",
    producer_of={},
    any_producer_of="{name}",
    and_=" and ",
)

ENGLISH_TEXTS = Texts(
    frame=_FRAME,
    answers=_ANSWERS,
    cards=_CARDS,
    maps=_MAPS,
    changes=_CHANGES,
    themes=_THEMES,
    communes=_COMMUNES,
    resting=_RESTING,
    cautions=_CAUTIONS,
    quality=_QUALITY,
    sources=_SOURCES,
    status={"artif": "Artificial", "non artif": "Not artificial"},
    fluxes={1: "Became artificial", 0: "Change without effect on artificial land", -1: "Ceased to be artificial"},
    cover_classes={row["name"]: row["name_en"].capitalize() for row in read_table("cosia") if row["value"]},
)
