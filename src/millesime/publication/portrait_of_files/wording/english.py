"""A portrait of files in English, in the words of docs/concepts.md."""

from __future__ import annotations

from millesime.publication.portrait.wording import Plural
from millesime.publication.portrait_of_files.wording.keys import FileTexts

ENGLISH_TEXTS = FileTexts(
    zone="Zone",
    levels={
        "commune": "commune {code}",
        "epci": "intercommunality {code}",
        "departement": "département {code}",
        "perimeter": "drawn perimeter",
    },
    zone_whole="All that the files cover, {area}.",
    zone_cut="{name} ({level}), {area}. Its limit cuts the polygons: figures are of the zone.",
    zone_missing="The files do not cover {area} of it ({share}).",
    reading="Reading of {year}",
    layer="Layer {name}:",
    built_zone="The built zone comes with it.",
    rows=Plural("{count}\u00a0row read", "{count}\u00a0rows read"),
    all_kept="all used",
    some_kept="{kept} used, {aside}",
    set_aside=Plural("{count}\u00a0set aside", "{count}\u00a0set aside"),
    aside="Rows set aside: {reasons}.",
    retouched="Rows repaired: {reasons}.",
    computed=(
        "Status of {years} computed by millesime: pair of cover × use, then the thresholds of the annex of article "
        "R. 101-1 of the French planning code (decree 2023-1096)."
    ),
    other_rules="Chosen otherwise than by default: {rules}.",
    read_as_is="Status of {years} read as delivered in the artificialisation layer.",
    flags=Plural(
        "The attribute crit_seuil of {count}\u00a0polygon contradicts its status and the matrix: the status is "
        "believed.",
        "The attribute crit_seuil of {count}\u00a0polygons contradicts their status and the matrix: the status is "
        "believed.",
    ),
    comparison="Comparison",
    compared=(
        "Both vintages are laid over one another to the centimetre; the statuses of {first} and {second} give the flux."
    ),
    snapped=(
        "Their borders do not match: those of {second} within {metres}\u00a0m of those of {first} were put onto them."
    ),
    alone="{area} are covered by one vintage alone and are not counted.",
    licence_body="Data keep the licence of their producer. Nomenclature: CNIG standard of OCS GE.",
    supplied="given by the user",
    licence_of_ign="Licence Ouverte 2.0 if the file is IGN's",
    source="{kind} {year}, {file}",
    not_measured=(
        "The accuracy of these files was not measured: no control sample comes with them. Hence no interval is given."
    ),
    errors="Codes are those of the files, made from aerial images and from national databases that have their delays.",
    trust="A small difference may be an error of the map.",
    trust_nothing="No land changed status between the two files.",
    trust_all_change=(
        "Of {flux} that changed status (gains and losses added up), all comes from a change of cover or of use wider "
        "than the tremor of borders."
    ),
    trust_some="Of {flux} that changed status (gains and losses added up), {parts}.",
    noise="{area} are strips too thin to be told from a displaced border",
    without="{area} come from thresholds alone, without a change of cover or of use",
    near="{area} hang on patches whose area is near a threshold",
    between="; ",
    comparable="The two vintages may not be comparable.",
    unknown_generation=(
        "Nothing in the files tells whether they are of the same generation (mixed use US235 detailed or not): between "
        "two generations, the flux measures the change of method."
    ),
    two_generations=(
        "One is of the old generation (mixed use US235), the other of the new one: a part of the flux measures the "
        "change of method. The comparison was forced."
    ),
    not_covered="The zone is not covered as a whole.",
    not_covered_body="{area} ({share}) are missing: figures are of the rest.",
    two_origins="The two statuses are not of one origin.",
    two_origins_body="One is read in an official layer, the other computed: a part of the flux may come from that.",
    adjusted="These areas are adjusted by the control points: they may differ from those of the map.",
    other_ground="An interval taken from other ground would be a false one.",
    controlled=(
        "The change was checked at points drawn at random, read on the ground or by photo-interpretation. The accuracy "
        "of cover and use, class by class, is not measured here."
    ),
    controlled_figures={
        "artificialised": "Land that became artificial",
        "desartificialised": "Land that ceased to be artificial",
        "net": "Net artificialisation",
    },
    control_title="Change by the control points, {first}-{second}",
    control_points=Plural("{count}\u00a0control point", "{count}\u00a0control points"),
    control_told=(
        "The estimated area corrects that of the map for its errors, seen at the control points. Such an interval "
        "contains the true area 95 times in 100."
    ),
    control_map="On the map (ha)",
    control_estimate="Estimated (ha)",
    control_low="At least (ha)",
    control_high="At most (ha)",
    control_source="Control points, {file}",
    control_licence="not told",
    errors_controlled="The section on measured quality gives the margin of error of the change, from control points.",
    resting_intro=(
        "Each row computes the figure again with one thing otherwise. Differences do not add up. What changes nothing "
        "is not shown."
    ),
    ground="Area at stake in {year} (ha)",
    stock="Artificial in {year}: difference (ha)",
    flux="Net flux: difference (ha)",
)
