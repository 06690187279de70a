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


def transparency_chosen(role: str, fact: RasterFacts, *, numbers: Sequence[int] | None) -> RasterFacts:
    """A file of which the band marked as alpha is data where the numbers of an image name it, else transparency."""
    named = role == "image" and fact.has_alpha and fact.alpha_number in (numbers or ())
    return fact.with_alpha_as_data() if named else fact


def numbered_bands(bands: Sequence[str], numbers: Sequence[int] | None, *, given: Collection[str]) -> tuple[str, ...]:
    """The bands that an image is to give: without the height where files of heights give it.

    Where numbers are told for all bands they count for all, and the height is then given twice.
    """
    others = tuple(band for band in bands if band != "height")
    if set(given) & {"dsm", "dtm", "height"} and (numbers is None or len(numbers) == len(others)):
        return others
    return tuple(bands)


def unmark_command(fact: RasterFacts) -> str:
    """The command after which a band marked as alpha is data."""
    return f"gdal_edit -colorinterp_{fact.alpha_number} undefined {_file(fact)}"


def _file(fact: RasterFacts) -> str:
    """A file to be named in a command; tiles are many."""
    return "FILE (each tile)" if fact.tiles else fact.path


def held_bands(role: str, fact: RasterFacts, *, wanted: Sequence[str], numbers: Sequence[int] | None) -> Bands:
    """The bands that a file holds and their numbers.

    Args:
        role: a key of `ROLES`.
        fact: the file.
        wanted: the bands that are read, in order.
        numbers: for an image, the number of each band wanted; else by the names in the file, else by position.
    """
    if role != "image":
        return dict(zip(ROLES[role][1], fact.data_numbers, strict=False))
    if numbers is not None:
        return dict(zip(wanted, numbers, strict=False))
    return _by_name(fact, wanted) or _by_position(fact)


def _by_position(fact: RasterFacts) -> Bands:
    return dict(zip(BANDS, fact.data_numbers, strict=False))


def _by_name(fact: RasterFacts, wanted: Sequence[str]) -> Bands:
    """Bands by their names in the file, where these tell all that is wanted or contradict the usual order."""
    own = fact.data_numbers
    named = named_bands([text if number in own else "" for number, text in enumerate(fact.descriptions, start=1)])
    placed = _by_position(fact)
    if set(wanted) <= set(named) or any(placed.get(band) != number for band, number in named.items()):
        return named
    return {}


def count_faults(role: str, fact: RasterFacts, *, wanted: Sequence[str], numbers: Sequence[int] | None) -> list[str]:
    """What is wrong with the number of bands of a file."""
    title, bands = ROLES[role]
    if fact.has_palette and role in IMAGES:
        return [
            (
                f"{title} of {fact.told_count} whose numbers stand for the colours of a palette; make bands of it: "
                f"gdal_translate -expand rgb {_file(fact)} RGB.tif"
            )
        ]
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
        twice = sorted({number for number in numbers if list(numbers).count(number) > 1})
        faults += [f"--bands gives band {number} twice" for number in twice]
        faults += [
            f"--bands asks for band {number}, the image has {fact.told_count}"
            for number in numbers
            if not 1 <= number <= fact.count
        ]
        if fact.alpha in numbers and (fact.has_gaps or fact.other_mask):
            faults.append(
                f"--bands names band {fact.alpha}, which is marked as alpha, in an image that has a mask or gaps too; "
                f"unmark it first: {unmark_command(fact)}"
            )
        return faults
    if _by_name(fact, wanted) or fact.colours in {3, 4, 5}:
        return []
    if fact.colours < len(wanted):
        return [f"{title} with {fact.told_count}: too few, {', '.join(wanted)} are needed; give an image that has them"]
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
    taken: Mapping[str, Bands],
    *,
    bands: Sequence[str],
    given: Collection[str],
    unread: Collection[str],
    image: RasterFacts | None = None,
) -> list[str]:
    """What has to be given for the bands that nothing gives.

    Args:
        taken: bands read from each role.
        bands: what is needed.
        given: every role that was given.
        unread: roles whose file could not be looked at: what they would give is not missed.
        image: the image whose bands are taken in the usual order or by name: its alpha band may be near infra-red.
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
    hints = {"irc": _alpha_hint(image, bands)} if image is not None and image.has_alpha else {}
    return [
        f"no {role} file is given: {', '.join(wanted)} is read from it{hints.get(role, '')}"
        for role, wanted in told.items()
    ]


def _alpha_hint(image: RasterFacts, bands: Sequence[str]) -> str:
    """How near infra-red that is marked as alpha is read: GDAL marks the last of four bands of 8 bits so."""
    alpha = image.alpha_number
    hint = f". {image.path}: band {alpha} is marked as alpha and taken as transparency; if it is near infra-red, "
    usual = {**_by_position(image), "near_infrared": alpha}
    wanted = [band for band in bands if band != "height"]
    if image.colours == len(BANDS[:3]) and set(wanted) <= set(usual):
        hint += f"read it with --bands {','.join(str(usual[band]) for band in wanted)}, or "
    return f"{hint}unmark it: {unmark_command(image)}"
