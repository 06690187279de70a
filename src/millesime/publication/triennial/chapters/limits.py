"""What the figures do not say, in plain words and with the hectares that are at stake."""

from __future__ import annotations

from millesime.nomenclature import threshold
from millesime.publication.portrait.numbers import number
from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.content import (
    Block,
    Bullets,
    Cell,
    Chapter,
    Column,
    Paragraph,
    Quantity,
    Runs,
    Strong,
    Subheading,
    Table,
)
from millesime.publication.triennial.facts import Facts, facts_of
from millesime.publication.triennial.words import use

#: Uses that leave open what the ground is for.
_VAGUE_USES = ("US6.6", "US235")


def limits_chapter(case: Case, place: ReportPlace) -> Chapter:
    """Thresholds, vague uses, noise, minimum units, errors of a map: what the council must know before it debates."""
    facts = facts_of(case, place)
    first, second = case.years
    blocks: list[Block] = [
        Paragraph(("Les chiffres de ce rapport sont exacts au sens du calcul, non au sens du terrain.",)),
        Bullets(_cautions(case, facts)),
        Subheading("Combien d'hectares en dépendent"),
        _table(case, place, facts),
        Paragraph(
            (
                "Ces surfaces ne sont pas des erreurs : ce sont celles qui changeraient les premières avec un autre "
                "seuil, un usage mieux connu ou un tracé plus fin. Si le solde de la période est du même ordre que "
                "l'une d'elles, il ne suffit pas à conclure.",
            ),
            style="note",
        ),
    ]
    del first, second
    return Chapter("Ce que ces chiffres ne disent pas", tuple(blocks))


def _cautions(case: Case, facts: Facts) -> tuple[Runs, ...]:
    first, second = case.years
    small = number(threshold("decree_other").value or 0)
    built = number(threshold("decree_built").value or 0)
    inside = number(threshold("umi_in_built_zone").value or 0)
    outside = number(threshold("umi_outside_built_zone").value or 0)
    least = number(threshold("ocsge_built_inflation").value or 0)
    found: list[Runs] = [
        (
            Strong("Aucune marge d'erreur n'est calculée. "),
            "Il faudrait des points contrôlés sur le terrain ou sur photographie, propres à ce territoire. Sans eux, un "
            "intervalle serait faux : il n'y en a donc pas. Un écart de quelques dixièmes d'hectare peut être une "
            "erreur de la carte.",
        ),
        (
            Strong("Le flux compare deux états. "),
            f"Il ne dit rien de ce qui a changé puis est revenu entre {first} et {second}, ni de la date exacte d'un "
            "changement. Un permis accordé mais non construit n'y est pas ; un chantier ouvert y est.",
        ),
        (
            Strong("Le statut dépend de seuils. "),
            f"Un îlot non artificialisé de moins de {small} m² entouré de sols artificialisés compte comme "
            f"artificialisé, et inversement ; un bâti d'au moins {built} m² compte toujours.",
        ),
        (
            Strong("Ce qui est petit n'est pas sur la carte. "),
            f"Le bâti y est représenté à partir de {least} m², le reste à partir de {inside} m² dans la zone construite "
            f"et de {outside} m² au dehors.",
        ),
        (
            Strong("Les exemptions facultatives ne sont pas appliquées. "),
            "Parcs et jardins publics et photovoltaïque au sol sont comptés selon la règle générale.",
        ),
        (
            Strong("Ce n'est pas la consommation d'ENAF. "),
            "Un sol peut être artificialisé sans que de l'espace soit consommé, et l'inverse. Aucun chiffre de ce rapport "
            "ne passe d'une mesure à l'autre.",
        ),
    ]
    if facts.get("change", "area").is_nil:
        found.insert(
            1,
            (
                Strong("Aucun changement n'est visible sur la carte. "),
                "Cela ne veut pas dire que rien n'a été construit : un bâtiment plus petit que le seuil, ou sur un sol "
                "déjà artificialisé, ne change rien à ces chiffres.",
            ),
        )
    return tuple(found)


def _table(case: Case, place: ReportPlace, facts: Facts) -> Table:
    first, second = case.years
    doubt = case.doubts.get(place.code)
    rows: list[tuple[Cell, ...]] = [
        (
            f"Sols dont le statut tient à un seuil, non au croisement de la couverture et de l'usage ({year})",
            facts.get("artificialisation", "changed_by_thresholds", year=year),
        )
        for year in case.years
    ]
    rows.append(
        (
            f"Flux {first}-{second} (gains plus pertes) dû aux seuls seuils, couverture et usage inchangés",
            facts.get("artificialisation", "flux_without_code_change"),
        )
    )
    if doubt is not None:
        told = {
            "near_threshold": (
                doubt.near_threshold_ha,
                "flux (gains plus pertes) d'îlots dont la surface est à moins de 5 % d'un seuil",
            ),
            "noise_gain": (
                doubt.noise_gain_ha,
                "gains en éclats trop fins pour être distingués d'une limite redessinée",
            ),
            "noise_loss": (
                doubt.noise_loss_ha,
                "pertes en éclats trop fins pour être distingués d'une limite redessinée",
            ),
        }
        rows += [
            (
                meaning[0].upper() + meaning[1:],
                Quantity(
                    value=value,
                    unit="ha",
                    meaning=meaning,
                    theme="artificialisation",
                    indicator=name,
                    place=facts.place,
                    sources=("before", "after", "communes"),
                    year_from=first,
                    year_to=second,
                ),
            )
            for name, (value, meaning) in told.items()
        ]
    for code in _VAGUE_USES:
        rows.append(
            (
                f"Sols artificialisés en {second} dont l'usage est vague : {use(code)} ({code})",
                facts.get("use", "artificial_stock", item=code),
            )
        )
    rows.append(
        (f"Pour comparaison : solde de l'artificialisation {first}-{second}", facts.get("artificialisation", "net"))
    )
    return Table(
        "Surfaces en jeu",
        (Column("Ce qui est en jeu", 4), Column("Surface (ha)", is_number=True)),
        tuple(rows),
        total=True,
    )
