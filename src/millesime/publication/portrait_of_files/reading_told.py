"""What was done to the rows of a file when it was read, in French: a reader of the page sees what was set aside."""

from __future__ import annotations

import re
from collections.abc import Mapping

from millesime.publication.portrait.numbers import plural
from millesime.sources.ocsge import DeliveredLayer

_ASIDE = "set aside, "

#: Reasons and repairs, as the reader of deliveries words them -> French.
_WORDS: tuple[tuple[str, str], ...] = (
    (r"repeats an earlier row", "répètent une ligne précédente"),
    (r"id used by an earlier row", "portent l'identifiant d'une ligne précédente"),
    (r"same polygon and codes as an earlier row", "ont le polygone et les codes d'une ligne précédente"),
    (r"same polygon as an earlier row, other codes", "ont le polygone d'une ligne précédente et d'autres codes"),
    (r"same polygon as an earlier row", "ont le polygone d'une ligne précédente"),
    (r"(\w+) has no value", r"n'ont pas de valeur dans l'attribut \1"),
    (r"(\w+) is not a delivered (?:cover|use) code", r"ont dans l'attribut \1 un code que la nomenclature n'a pas"),
    (r"(\w+) is neither 'artif' nor 'non artif'", r"ont dans l'attribut \1 autre chose que « artif » ou « non artif »"),
    (r"crit_seuil is neither true nor false", "ont un crit_seuil ni vrai ni faux"),
    (r"empty geometry", "n'ont pas de géométrie"),
    (r"coordinates that are not finite numbers", "ont des coordonnées qui ne sont pas des nombres"),
    (r"invalid geometry beyond repair", "ont une géométrie invalide, irréparable"),
    (r"polygon without extent", "ont un polygone sans surface"),
    (r"expected a polygon, found (\w+)", r"ont une géométrie \1 au lieu d'un polygone"),
    (r"outside the limit", "sont hors de la limite"),
    (r"invalid geometry repaired", "avaient une géométrie invalide, réparée"),
    (r"parts of another dimension left out", "avaient des points ou des lignes, laissés de côté"),
    (r"multipart split", "avaient plusieurs parties, devenues des polygones distincts"),
)


def reading_told(layer: DeliveredLayer) -> str:
    """Rows read, used, set aside with why, and repaired, as French sentences."""
    counts = layer.counts
    aside = counts["read"] - counts["used"]
    kept = "toutes retenues" if not aside else f"{plural(counts['used'], 'retenue', 'retenues')}, {aside} écartées"
    if aside == 1:
        kept = kept.removesuffix("s")
    sentences = [f"{plural(counts['read'], 'ligne lue', 'lignes lues')}, {kept}."]
    reasons = _counted({key.removeprefix(_ASIDE): n for key, n in counts.items() if key.startswith(_ASIDE)})
    if reasons:
        sentences.append(f"Lignes écartées : {reasons}.")
    others = {"read", "used"}
    repaired = _counted({key: n for key, n in counts.items() if key not in others and not key.startswith(_ASIDE)})
    if repaired:
        sentences.append(f"Lignes retouchées : {repaired}.")
    return " ".join(sentences)


def in_french(words: str) -> str:
    """A reason of the reader of deliveries in French; as it is when it has no translation."""
    for pattern, french in _WORDS:
        found = re.fullmatch(pattern, words)
        if found:
            return found.expand(french)
    return words


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {in_french(reason)}" for reason, count in counts.items())
