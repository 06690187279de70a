"""What a portrait of files tells of how it was made: files, reading, comparison, and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyproj

from millesime.publication.portrait import Background
from millesime.publication.portrait.cautions import Caution
from millesime.publication.portrait.numbers import FIXED, hectares, number, percent, plural
from millesime.publication.portrait.page import Fact, SourceFact
from millesime.publication.portrait_of_files.assembling import Compared, OfFiles
from millesime.publication.portrait_of_files.reading_told import reading_told
from millesime.publication.portrait_of_files.vintages import FileVintage, disagreeing_flags

#: Ground that would be shown as 0,00 ha.
_NEGLIGIBLE_HA = 0.005

_LEVELS = {
    "commune": "commune {code}",
    "epci": "intercommunalité {code}",
    "departement": "département {code}",
    "perimeter": "périmètre dessiné",
    "map": "toute l'étendue des fichiers",
}

#: Characters of a fingerprint that are shown.
_SHOWN = 12


def describe_files(of: OfFiles, fingerprints: Mapping[int, tuple[str, str]], *, licence: str = "") -> Background:
    """Facts, sources, cautions and trust of a portrait made of files.

    Args:
        of: the vintages, the zone and the comparison.
        fingerprints: year -> name of the file and its SHA-256.
        licence: of the files; that of IGN's deliveries when not said.
    """
    return Background(
        facts=_facts(of),
        sources=tuple(
            SourceFact(
                f"{vintage.layer.kind} {vintage.year}, {fingerprints[vintage.year][0]}",
                "fourni par l'utilisateur",
                licence or "Licence Ouverte 2.0 si le fichier est de l'IGN",
                fingerprints[vintage.year][1][:_SHOWN],
            )
            for vintage in of.vintages
        ),
        steps=(),
        quality_intro=_NOT_MEASURED,
        quality=(),
        trust=_trust(of),
        errors=_ERRORS,
        more_cautions=tuple(_cautions(of)),
    )


def _facts(of: OfFiles) -> tuple[Fact, ...]:
    crs = of.material.crs
    years = " et ".join(str(vintage.year) for vintage in of.vintages)
    zone = _LEVELS[of.zone.level].format(code=of.zone.code)
    facts = [
        Fact("Millésimes", f"{years} : année des prises de vue aériennes."),
        Fact("Zone", _zone(of, zone)),
        Fact("Produit", "Occupation du sol à grande échelle (OCS GE) : couverture (CS) et usage (US) en tout lieu."),
        *(Fact(f"Lecture {vintage.year}", _reading(vintage)) for vintage in of.vintages),
        Fact("Artificialisation", _status(of.vintages)),
    ]
    if of.compared is not None:
        facts.append(Fact("Comparaison", _comparison(of.compared)))
    return (
        *facts,
        Fact(
            "Projection", f"{pyproj.CRS.from_user_input(crs).name} ({crs}). Nord de la projection en haut des cartes."
        ),
        Fact("Licence", "Les données gardent la licence de leur producteur. Nomenclature : standard CNIG de l'OCS GE."),
    )


def _zone(of: OfFiles, told: str) -> str:
    if of.zone_ha is None:
        return f"{told.capitalize()}, {hectares(of.covered_ha)}."
    text = (
        f"{of.zone.name} ({told}), {hectares(of.zone_ha)}. Sa limite coupe les polygones : les chiffres sont les siens."
    )
    missing = of.zone_ha - of.covered_ha
    if missing >= _NEGLIGIBLE_HA:
        text += f" Les fichiers n'en couvrent pas {hectares(missing)} ({percent(100 * missing / of.zone_ha)})."
    return text


def _reading(vintage: FileVintage) -> str:
    layer = vintage.layer
    text = f"Couche {layer.name} : {reading_told(layer)}"
    if vintage.built_zone is not None:
        text += " La zone construite est livrée avec elle."
    return text


def _status(vintages: Sequence[FileVintage]) -> str:
    official = [vintage for vintage in vintages if vintage.is_official_status]
    computed = [vintage for vintage in vintages if not vintage.is_official_status]
    told = []
    if computed:
        told.append(
            f"Statut {_of_years(computed)} calculé par millesime : croisement couverture × usage, puis seuils de "
            "l'annexe de l'article R. 101-1 du code de l'urbanisme (décret n° 2023-1096)."
        )
    if official:
        told.append(f"Statut {_of_years(official)} lu tel que livré dans la couche d'artificialisation.")
        flags = sum(disagreeing_flags(vintage.layer) for vintage in official)
        if flags:
            told.append(
                f"L'attribut crit_seuil de {plural(flags, 'polygone', 'polygones')} contredit le statut livré et le "
                "croisement : c'est le statut qui est cru."
            )
    return " ".join(told)


def _of_years(vintages: Sequence[FileVintage]) -> str:
    return "de " + " et de ".join(str(vintage.year) for vintage in vintages)


def _comparison(compared: Compared) -> str:
    first, second = compared.years
    text = f"Les deux millésimes sont superposés au centimètre ; les statuts de {first} et de {second} donnent le flux."
    if compared.tolerance_m > 0:
        within = f"{number(compared.tolerance_m, decimals=1)}{FIXED}m"
        text += (
            f" Leurs limites ne coïncident pas : celles de {second} à moins de {within} de celles de {first} y sont "
            "ramenées."
        )
    alone = sum(compared.alone_ha)
    if alone >= _NEGLIGIBLE_HA:
        text += f" {hectares(alone)} ne sont couverts que par un seul millésime et ne sont pas comptés."
    return text


def _trust(of: OfFiles) -> str:
    """How sure the figures are: what was measured, and how much of the flux rests on what."""
    text = "La précision de ces fichiers n'a pas été mesurée ici : un petit écart peut être une erreur de la carte."
    compared, place = of.compared, of.material.indicators
    if compared is None:
        return text
    year, code = compared.years[1], of.zone.code
    gain, loss, without = (
        place.value("artificialisation", name, year=year, code=code)
        for name in ("gain", "loss", "flux_without_code_change")
    )
    flux = gain + loss
    if flux < _NEGLIGIBLE_HA:
        return f"{text} Aucun sol n'a changé de statut entre les deux fichiers."
    noise = compared.noise_gain_ha + compared.noise_loss_ha
    parts = []
    if noise >= _NEGLIGIBLE_HA:
        parts.append(f"{hectares(noise)} sont des bandes trop fines pour être distinguées d'une limite déplacée")
    if without >= _NEGLIGIBLE_HA:
        parts.append(f"{hectares(without)} viennent des seuils seuls, sans changement de couverture ni d'usage")
    if compared.near_threshold_ha >= _NEGLIGIBLE_HA:
        parts.append(
            f"{hectares(compared.near_threshold_ha)} tiennent à des îlots dont la surface est proche d'un seuil"
        )
    told = f"Sur {hectares(flux)} qui ont changé de statut (gains et pertes additionnés), "
    if not parts:
        return (
            f"{text} {told}tout vient d'un changement de couverture ou d'usage plus large que le tremblé des limites."
        )
    return f"{text} {told}{' ; '.join(parts)}."


def _cautions(of: OfFiles) -> list[Caution]:
    found = []
    if of.compared is not None and of.compared.warnings:
        found.append(Caution("Les deux millésimes ne sont pas sûrement comparables.", _generations(of)))
    missing = 0.0 if of.zone_ha is None else of.zone_ha - of.covered_ha
    if of.zone_ha and missing >= 0.001 * of.zone_ha:
        found.append(
            Caution(
                "La zone n'est pas couverte en entier.",
                f"{hectares(missing)} ({percent(100 * missing / of.zone_ha)}) manquent : les chiffres sont du reste.",
            )
        )
    if {vintage.is_official_status for vintage in of.vintages} == {True, False}:
        found.append(
            Caution(
                "Les deux statuts n'ont pas la même origine.",
                "L'un est lu dans une couche officielle, l'autre calculé : une part du flux peut venir de là.",
            )
        )
    return found


def _generations(of: OfFiles) -> str:
    generations = [vintage.layer.generations[0] for vintage in of.vintages]
    if "unknown" in generations:
        return (
            "Rien dans les fichiers ne dit s'ils sont de la même génération (usages mixtes US235 détaillés ou non) : "
            "entre deux générations, le flux mesure le changement de méthode."
        )
    return (
        "L'un est de l'ancienne génération (usages mixtes US235), l'autre de la nouvelle : le flux mesure en partie le "
        "changement de méthode. La comparaison a été forcée."
    )


_NOT_MEASURED = (
    "La précision de ces fichiers n'a pas été mesurée : aucun échantillon de contrôle ne les accompagne. Aucun "
    "intervalle de confiance n'est donc donné."
)

_ERRORS = (
    "Les codes sont ceux des fichiers, produits à partir d'images aériennes et de bases nationales qui ont leurs "
    "retards."
)
