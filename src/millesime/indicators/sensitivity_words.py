"""Labels of the items of a sensitivity, and the sentences that a portrait says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from millesime.indicators.status_variants import READINGS
from millesime.written_numbers import NUMBERS, Language

#: Figure -> what it is called in French.
FIGURES: Mapping[str, str] = MappingProxyType(
    {
        "stock": "surface artificialisée",
        "gain": "surface devenue artificialisée",
        "loss": "surface qui a cessé d’être artificialisée",
        "net": "artificialisation nette",
    }
)

_ITEMS = {
    "thresholds": "statut changé par les seuils ou par le maintien du bâti",
    "step fill": "enclaves sous le seuil, devenues artificialisées",
    "step remove": "îlots sous le seuil, devenus non artificialisés",
    "step fill+remove": "enclaves comblées puis retirées avec l’îlot qui les entoure",
    "step remove+fill": "îlots retirés puis comblés avec l’enclave qui les entoure",
    "step built": "bâti maintenu artificialisé dans un îlot sous le seuil",
    "unknown_use": "usage inconnu (US6.6)",
    "mixed_use": "usage mixte (US235)",
    "near_threshold": "îlots dont la surface est proche d’un seuil",
    "low_confidence": "polygones de faible confiance",
    "connectivity": "lecture : ce qui relie deux polygones",
    "enclosure": "lecture : ce qui est entouré",
    "order": "lecture : ordre des passes",
    "built_forcing": "lecture : jusqu’où le bâti protège",
    "slivers": "éclats trop fins pour être distingués d’une limite déplacée",
}

_ALTERNATIVES = {
    "matrix": "avec la matrice seule",
    "without": "sans eux",
    "US5": "lu comme de l’habitat (US5)",
    "US1.1": "lu comme de l’agriculture (US1.1)",
    "lower": "avec des seuils plus bas d’autant",
    "higher": "avec des seuils plus hauts d’autant",
    "artificial": "tous artificialisés",
    "not_artificial": "tous non artificialisés",
    "edge": "un côté commun",
    "touch": "un coin suffit",
    "limit": "tout ce qui n’est pas au bord des données",
    "single": "par un seul ensemble",
    "fill_first": "combler d’abord",
    "remove_first": "retirer d’abord",
    "self": "lui-même",
    "adjacent": "aussi ce qui le touche par un côté",
}


def label(item: str, alternative: str) -> str:
    """What an item and its alternative are called in French."""
    return f"{_ITEMS[item]}, {_ALTERNATIVES[alternative]}"


def sentences(rows: pd.DataFrame, *, years: tuple[int, ...], language: Language = "fr") -> tuple[str, ...]:
    """What the figure of one place rests on.

    Args:
        rows: rows of one place.
        years: its vintages.
        language: of the sentences.
    """
    if not len(rows):
        return ()
    stock = rows[(rows["figure"] == "stock") & (rows["year_to"] == years[-1])]
    said = [_stock(stock, years[-1], language), _unknown(stock, language)]
    if len(years) == 2:
        said.append(_flux(rows[rows["figure"] == "net"], years, language))
    return tuple(sentence for sentence in said if sentence)


def _one(rows: pd.DataFrame, item: str, alternative: str) -> pd.Series:
    return rows[(rows["item"] == item) & (rows["alternative"] == alternative)].iloc[0]


def _stock(rows: pd.DataFrame, year: int, language: Language) -> str:
    row = _one(rows, "thresholds", "matrix")
    now, ground, matrix = (NUMBERS[language].hectares(row[name]) for name in ("figure_ha", "ground_ha", "other_ha"))
    if row["ground_ha"] == 0:
        if language == "fr":
            return f"En {year}, {now} sont artificialisés ; aucun seuil ne change le statut que donne la matrice."
        return f"In {year}, {now} are artificial; no threshold changes the status that the matrix gives."
    if language == "fr":
        return (
            f"En {year}, {now} sont artificialisés ; {ground} doivent leur statut aux seuils, et la matrice seule "
            f"donnerait {matrix}."
        )
    return (
        f"In {year}, {now} are artificial; {ground} owe their status to the thresholds, and the matrix alone would "
        f"give {matrix}."
    )


def _unknown(rows: pd.DataFrame, language: Language) -> str:
    row = _one(rows, "unknown_use", "US5")
    if row["ground_ha"] == 0:
        return ""
    hectares = NUMBERS[language].hectares
    ground, other = hectares(row["ground_ha"]), hectares(row["difference_ha"], signed=True)
    if language == "fr":
        return f"L’usage de {ground} est inconnu (US6.6) : si c’était de l’habitat, le chiffre changerait de {other}."
    return f"The use of {ground} is unknown (US6.6): were it residential, the figure would change by {other}."


def _flux(rows: pd.DataFrame, years: tuple[int, ...], language: Language) -> str:
    now = float(rows["figure_ha"].iloc[0])
    readings = rows[rows["item"].isin(list(READINGS))]
    near = _one(rows, "near_threshold", "lower")["ground_ha"]
    span = [now, *readings["other_ha"].tolist()]
    hectares = NUMBERS[language].hectares
    net, low, high = (hectares(value, signed=True) for value in (now, min(span), max(span)))
    doubtful = hectares(near) if near else ""
    return " ".join(_net(years, net, low, high, doubtful, is_one=low == high, language=language))


def _net(
    years: tuple[int, ...], net: str, low: str, high: str, near: str, *, is_one: bool, language: Language
) -> Iterator[str]:
    if language == "fr":
        yield f"De {years[0]} à {years[1]}, l’artificialisation nette est de {net} ;"
        yield "la façon d’appliquer les seuils, que la loi ne fixe pas,"
        yield (
            "n’y change rien à ce niveau de détail."
            if is_one
            else f"la ferait aller de {low} à {high}, une lecture changée à la fois."
        )
        if near:
            yield f"{near} sont dans des îlots dont la surface est proche d’un seuil."
        return
    yield f"From {years[0]} to {years[1]}, net artificialisation is {net};"
    yield "how the thresholds are applied, which the law does not fix,"
    yield (
        "changes nothing at this level of detail."
        if is_one
        else f"would make it go from {low} to {high}, one reading changed at a time."
    )
    if near:
        yield f"{near} are in patches about as large as a threshold."
