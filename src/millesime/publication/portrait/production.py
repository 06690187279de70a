"""What the portrait tells of how it was made: facts, inputs, steps and measured quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyproj

from millesime.publication.portrait.build import Background
from millesime.publication.portrait.numbers import number
from millesime.publication.portrait.page import Fact
from millesime.publication.portrait.provenance import DatabaseRecord, StepRecord, source_facts, step_facts
from millesime.publication.portrait.quality import quality_tables, trust_sentence

_MEASURED = (
    "La carte a été comparée, pixel par pixel et hectare par hectare, à une vérité connue de tout le territoire. Les "
    "pourcentages sont pondérés par la surface."
)
_NOT_MEASURED = (
    "La précision de cette édition n'a pas été mesurée : aucune vérité de terrain ni aucun échantillon de contrôle ne "
    "l'accompagne."
)

_MADE_UP = Fact(
    "Territoire fictif",
    "Le lieu, les images et les bases sont simulés pour la démonstration ; aucun chiffre ne décrit un lieu réel.",
)


def describe_production(
    records: Sequence[StepRecord],
    databases: Mapping[str, DatabaseRecord],
    *,
    years: Sequence[int],
    crs: str,
    evaluation: Mapping[str, Any] | None,
    made_up: bool,
    corrections: Mapping[int, int] | None = None,
    builtin_model_licence: str = "",
) -> Background:
    """Facts, inputs, steps and quality of a portrait.

    Args:
        records: the steps that made the products, in the order of the chain.
        databases: the national databases, by the name of the input.
        years: the vintages shown, increasing.
        crs: authority code of the maps.
        evaluation: measures against a truth, None when there are none.
        made_up: whether the territory, its images and its databases are made up.
        corrections: by year, the operations of photo-interpreters that changed the map.
        builtin_model_licence: licence of the model when it is the one that comes with millesime, '' otherwise.
    """
    quality = () if evaluation is None else quality_tables(evaluation, year=years[-1])
    told = " et ".join(str(year) for year in years)
    facts = (
        Fact("Millésimes", f"{told} : année des prises de vue aériennes."),
        Fact("Produit", "Occupation du sol à grande échelle (OCS GE) : couverture (CS) et usage (US) en tout lieu."),
        Fact(
            "Méthode",
            "Couverture prédite par un réseau de neurones à partir d'images aériennes et de hauteurs, vectorisée, "
            "croisée avec les bases nationales, ramenée aux surfaces minimales, corrigée, puis comparée d'un millésime "
            "à l'autre.",
        ),
        Fact(
            "Artificialisation",
            "Croisement couverture × usage, puis seuils de l'annexe de l'article R. 101-1 du code de l'urbanisme "
            "(décret n° 2023-1096).",
        ),
        Fact(
            "Projection", f"{pyproj.CRS.from_user_input(crs).name} ({crs}). Nord de la projection en haut des cartes."
        ),
        Fact(
            "Licence",
            "Les données d'entrée gardent leur licence, indiquée ci-dessous ; les Fichiers fonciers ne sont jamais "
            "rediffusés. Nomenclature : standard CNIG de l'OCS GE.",
        ),
        Fact(
            "Données",
            "Les GeoPackages, les rasters et le projet QGIS livrés à côté de cette page contiennent chaque polygone et "
            "la raison de son code.",
        ),
    )
    return Background(
        facts=(_MADE_UP, *facts) if made_up else facts,
        sources=source_facts(records, databases, made_up=made_up, builtin_model_licence=builtin_model_licence),
        steps=step_facts(records),
        quality_intro=_MEASURED + _corrected(corrections or {}, made_up=made_up) if quality else _NOT_MEASURED,
        quality=quality,
        made_up=made_up,
        trust=trust_sentence(evaluation, year=years[-1]),
    )


def _corrected(corrections: Mapping[int, int], *, made_up: bool) -> str:
    if not any(corrections.values()):
        return ""
    told = ", ".join(f"{number(count)} en {year}" for year, count in sorted(corrections.items()))
    simulated = " simulées à partir de cette vérité" if made_up else ""
    return (
        f" La carte mesurée comprend des corrections de photo-interprètes{simulated}, rejouées : {told}. Un millésime "
        "hérite de celles de sa référence : ces chiffres ne sont pas ceux de la chaîne automatique seule."
    )
