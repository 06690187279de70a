"""The fixed words of the document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from millesime.publication.portrait import Page


def words_of(page: Page) -> Mapping[str, Any]:
    """The words around the page's own texts: headings, heads of columns, notes."""
    first, second = page.years[0], page.years[-1]
    return {
        "page": "Page",
        "footer": f"Portrait de {page.territory}, occupation du sol à grande échelle, {page.years_text}. Document "
        "produit par le logiciel libre millesime ; il ne remplace pas les données officielles.",
        "of": "sur",
        "kind": "Portrait de territoire · Occupation du sol à grande échelle",
        "north": "Nord",
        "in_table": ". Les valeurs sont dans le tableau voisin.",
        "losses": "← pertes",
        "gains": "gains →",
        "essential": "L'essentiel",
        "maps": "Avant, après" if page.period else "Cartes",
        "changes": f"Ce qui a changé de {first} à {second}",
        "sites": "Plus grands sites de changement, numérotés comme sur la carte",
        "site": "Site",
        "site_columns": ("N°", "Ce qui a changé", "Surface", "Effet"),
        "seen": "Vus du ciel",
        "composition": "De quoi sont faits les sols artificialisés",
        "class": "Classe",
        "share": "Part",
        "change": "Écart",
        "bar_note": f"La barre est la surface de {second} ; le trait noir, celle de {first}. Tableau en hectares.",
        "balance_columns": ("Gagné", "Perdu", "Solde"),
        "in_hectares": ", en hectares",
        "left": "Quitté",
        "gained": "Gagné",
        "matrix_note": f"En ligne, ce que le sol était en {first} ; en colonne, ce qu'il est devenu en {second}. "
        "Plus la case est foncée, plus la surface est grande.",
        "no_change": "Aucun changement entre les deux millésimes.",
        "communes": "Par commune",
        "commune": "Commune",
        "communes_table": "Artificialisation et imperméabilisation par commune, en hectares",
        "communes_share": f"Part artificialisée de chaque commune en {second}",
        "resting": "Sur quoi reposent ces chiffres",
        "resting_table": "Ce que deviendraient les chiffres si une seule chose changeait",
        "resting_first": "Ce qui change",
        "limits": "Ce que ces chiffres ne disent pas",
        "quality": "Qualité mesurée",
        "sources": "Sources et méthode",
        "inputs": "Données d'entrée, avec l'empreinte des fichiers lus",
        "input_columns": ("Donnée", "Producteur", "Licence", "Empreinte SHA-256"),
        "steps": "Étapes de la chaîne, version de chacune et empreinte de ce qu'elle a lu",
        "step_columns": ("Étape", "Version", "Empreinte des entrées"),
    }
