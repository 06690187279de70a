"""Which file gives each band that is needed, by what files are and by the names of their bands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from millesime.imagery.facts import RasterFacts
from millesime.imagery.product import BANDS, HEIGHT_MODELS

#: Kinds of file: how each is called in messages, and the bands it holds from the first.
ROLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "image": ("image", BANDS),
    "rgb": ("colour orthophoto", ("red", "green", "blue")),
    # Infra-red colour: its red and green serve when no colour orthophoto is there; both come from the same flight.
    "irc": ("infra-red orthophoto", ("near_infrared", "red", "green")),
    "dsm": ("surface model", ("surface",)),
    "dtm": ("terrain model", ("terrain",)),
    "height": ("heights above ground", ("height",)),
}

#: Roles of colour images, whose grid may be that of the whole; the first that is there is.
IMAGES = ("image", "rgb", "irc")

#: Names that producers give to bands, in lower case.
_NAMES = {
    "red": {"red", "r", "rouge"},
    "green": {"green", "g", "vert", "verte"},
    "blue": {"blue", "b", "bleu", "bleue"},
    "near_infrared": {"near_infrared", "near infrared", "near-infrared", "nir", "pir", "infrared", "proche infrarouge"},
    "height": {"height", "ndsm", "mnh", "hauteur"},
}

#: What to give for a band that nothing gives.
_GIVEN_BY = {"red": ("rgb",), "green": ("rgb",), "blue": ("rgb",), "near_infrared": ("irc",), "height": ("dsm", "dtm")}

Bands = dict[str, int]
"""Number of each band in a file, from 1."""


def needed_roles(roles: Collection[str], bands: Sequence[str]) -> tuple[str, ...]:
    """The roles among those given whose files have to be looked at for these bands, in the order given."""
    colour_given = bool({"image", "rgb"} & set(roles))

    def needed(role: str) -> bool:
        held = set(ROLES[role][1])
        if role == "irc" and colour_given:
            held = {"near_infrared"}
        if held & set(HEIGHT_MODELS):
            return "height" in bands
        return bool(held & set(bands))

    return tuple(role for role in roles if needed(role))


def named_bands(descriptions: Sequence[str]) -> Bands:
    """Bands recognised by what a file calls them; a name that is there twice is not recognised."""
    found: Bands = {}
    told = [text.strip().lower() for text in descriptions]
    for band, names in _NAMES.items():
        numbers = [number for number, text in enumerate(told, start=1) if text in names]
        if len(numbers) == 1:
            found[band] = numbers[0]
    return found


def held_bands(role: str, fact: RasterFacts, *, wanted: Sequence[str], numbers: Sequence[int] | None) -> Bands:
    """The bands that a file holds and their numbers.

    Args:
        role: a key of `ROLES`.
        fact: the file.
        wanted: the bands that are read, in order.
        numbers: for an image, the number of each band wanted; else by the names in the file, else by position.
    """
    if role != "image":
        return {band: number for number, band in enumerate(ROLES[role][1], start=1)}
    if numbers is not None:
        return dict(zip(wanted, numbers, strict=False))
    return _by_name(fact, wanted) or _by_position(fact)


def _by_position(fact: RasterFacts) -> Bands:
    return {band: number for number, band in enumerate(BANDS[: fact.colours], start=1)}


def _by_name(fact: RasterFacts, wanted: Sequence[str]) -> Bands:
    """Bands by their names in the file, where these tell all that is wanted or contradict the usual order."""
    named, placed = named_bands(fact.descriptions[: fact.colours]), _by_position(fact)
    if set(wanted) <= set(named) or any(placed.get(band) != number for band, number in named.items()):
        return named
    return {}


def count_faults(role: str, fact: RasterFacts, *, wanted: Sequence[str], numbers: Sequence[int] | None) -> list[str]:
    """What is wrong with the number of bands of a file."""
    title, bands = ROLES[role]
    if role != "image":
        if fact.colours == len(bands):
            return []
        return [f"{title} with {fact.colours} bands, expected {len(bands)} (transparency apart)"]
    if numbers is not None:
        faults = []
        if len(numbers) != len(wanted):
            faults.append(
                f"--bands gives {len(numbers)} numbers for the {len(wanted)} bands {', '.join(wanted)}, in this order"
            )
        faults += [
            f"--bands asks for band {number}, the image has {fact.told_count}"
            for number in numbers
            if not 1 <= number <= fact.colours
        ]
        return faults
    if _by_name(fact, wanted) or fact.colours in {3, 4, 5}:
        return []
    return [
        (
            f"{title} with {fact.colours} bands, expected 3 to 5 ({', '.join(BANDS)}; transparency apart); tell the "
            f"number of {', '.join(wanted)}: --bands {','.join(str(number) for number in range(1, len(wanted) + 1))}"
        )
    ]


def chosen(held: Mapping[str, Bands], bands: Sequence[str]) -> tuple[dict[str, Bands], list[str]]:
    """The bands read from each role.

    Args:
        held: what the file of each role holds.
        bands: what is needed.

    Returns:
        for each role the bands read from it, in the order of the file; and the bands that come from two files, told.
    """
    taken: dict[str, Bands] = {role: {} for role in held}
    faults = []
    for band in bands:
        givers = [role for role, own in held.items() if band in own]
        if band in {"red", "green"} and len(givers) > 1:
            # They repeat those of the colour orthophoto.
            givers = [role for role in givers if role != "irc"]
        models = [role for role in ("dsm", "dtm") if role in held]
        if band == "height" and models and givers:
            faults.append(f"the height is given twice: by {givers[0]}, and by {' and '.join(models)}; leave one out")
        elif len(givers) > 1:
            faults.append(f"{band} is given twice: by {' and by '.join(givers)}; leave one out")
        for role in givers[:1]:
            taken[role][band] = held[role][band]
        if band == "height" and not givers:
            for role in models:
                taken[role] = dict(held[role])
    in_order = {role: dict(sorted(own.items(), key=lambda item: item[1])) for role, own in taken.items() if own}
    return in_order, faults


def missing_files(
    taken: Mapping[str, Bands], *, bands: Sequence[str], given: Collection[str], unread: Collection[str]
) -> list[str]:
    """What has to be given for the bands that nothing gives.

    Args:
        taken: bands read from each role.
        bands: what is needed.
        given: every role that was given.
        unread: roles whose file could not be looked at: what they would give is not missed.
    """
    found = {band for own in taken.values() for band in own}
    if {"surface", "terrain"} <= found:
        found.add("height")
    lacking = [band for band in bands if band not in found]
    if "image" in unread:
        return []
    told: dict[str, list[str]] = {}
    for band in lacking:
        if band == "height" and "height" in unread:
            continue
        for role in _GIVEN_BY[band]:
            if role not in given:
                told.setdefault(role, []).append(band)
    return [f"no {role} file is given: {', '.join(wanted)} is read from it" for role, wanted in told.items()]
