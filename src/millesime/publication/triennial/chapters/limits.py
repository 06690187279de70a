"""What the figures do not say, in plain words and with the hectares that are at stake."""

from __future__ import annotations

from millesime.nomenclature import threshold
from millesime.publication.control import Checked
from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.chapters.certainty import certainty, margin
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
from millesime.written_numbers import number

#: Uses that leave open what the ground is for.
_VAGUE_USES = ("US6.6", "US235")


def limits_chapter(case: Case, place: ReportPlace) -> Chapter:
    """Thresholds, vague uses, noise, minimum units, errors of a map: what the council must know before it debates."""
    facts, checked = facts_of(case, place), case.checked(place)
    blocks: list[Block] = [
        Paragraph(("Les chiffres de ce rapport sont exacts au sens du calcul, non au sens du terrain.",)),
        Bullets(_cautions(case, facts, checked)),
        *margin(case, facts, checked),
        Subheading("Combien d'hectares en dépendent"),
        _table(case, facts),
        *_readings(case, place),
        Paragraph(
            (
                (
                    "Ces surfaces ne sont pas des erreurs : ce sont celles qui changeraient les premières avec un "
                    "autre seuil, un usage mieux connu ou un tracé plus fin. Si le solde de la période est du même "
                    "ordre que l'une d'elles, il ne suffit pas à conclure."
                ),
            ),
            style="note",
        ),
    ]
    return Chapter("Ce que ces chiffres ne disent pas", tuple(blocks))


def _cautions(case: Case, facts: Facts, checked: Checked | None) -> tuple[Runs, ...]:
    first, second = case.years
    small = number(threshold("decree_other").value or 0)
    built = number(threshold("decree_built").value or 0)
    inside = number(threshold("umi_in_built_zone").value or 0)
    outside = number(threshold("umi_outside_built_zone").value or 0)
    least = number(threshold("ocsge_built_inflation").value or 0)
    found: list[Runs] = [
        certainty(checked),
        (
            Strong("Le flux compare deux états. "),
            (
                f"Il ne dit rien de ce qui a changé puis est revenu entre {first} et {second}, ni de la date exacte "
                "d'un changement. Un permis accordé mais non construit n'y est pas ; un chantier ouvert y est."
            ),
        ),
        (
            Strong("Le statut dépend de seuils. "),
            (
                f"Un îlot non artificialisé de moins de {small} m² entouré de sols artificialisés compte comme "
                f"artificialisé, et inversement ; un bâti d'au moins {built} m² compte toujours."
            ),
        ),
        (
            Strong("Ce qui est petit n'est pas sur la carte. "),
            (
                f"Le bâti y est représenté à partir de {least} m², le reste à partir de {inside} m² dans la zone "
                f"construite et de {outside} m² au dehors."
            ),
        ),
        (
            Strong("Les exemptions facultatives ne sont pas appliquées. "),
            "Parcs et jardins publics et photovoltaïque au sol sont comptés selon la règle générale.",
        ),
        (
            Strong("Ce n'est pas la consommation d'ENAF. "),
            (
                "Un sol peut être artificialisé sans que de l'espace soit consommé, et l'inverse. Aucun chiffre de "
                "ce rapport ne passe d'une mesure à l'autre."
            ),
        ),
    ]
    if facts.get("change", "area").is_nil:
        found.insert(
            1,
            (
                Strong("Aucun changement n'est visible sur la carte. "),
                (
                    "Cela ne veut pas dire que rien n'a été construit : un bâtiment plus petit que le seuil, ou sur "
                    "un sol déjà artificialisé, ne change rien à ces chiffres."
                ),
            ),
        )
    return tuple(found)


def _table(case: Case, facts: Facts) -> Table:
    first, second = case.years
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


#: Readings of the sensitivity that are told -> how they are worded; 'net' is the figure that they change.
_READINGS = {
    ("thresholds", "matrix"): "Sans aucun seuil : couverture et usage seuls",
    ("near_threshold", "lower"): "Avec des seuils plus bas de 5 %",
    ("near_threshold", "higher"): "Avec des seuils plus hauts de 5 %",
    ("order", "remove_first"): "En retirant les petits îlots avant de combler les petites enclaves",
    ("connectivity", "touch"): "Si deux polygones qui se touchent par un coin forment un seul îlot",
    ("enclosure", "single"): "Si une enclave doit être entourée d'un seul ensemble",
    ("built_forcing", "adjacent"): "Si le bâti protège aussi ce qui le touche",
    ("unknown_use", "US5"): "Si l'usage inconnu (US6.6) était de l'habitat",
    ("slivers", "without"): "Sans les éclats trop fins pour être distingués d'une limite redessinée",
}


def _readings(case: Case, place: ReportPlace) -> list[Block]:
    """The balance of the period, one thing read otherwise at a time."""
    if case.sensitivity is None:
        return []
    found = case.sensitivity.of(place.code, level="place")
    net = found[found["figure"] == "net"]
    rows: list[tuple[Cell, ...]] = []
    for (item, alternative), label in _READINGS.items():
        row = net[(net["item"] == item) & (net["alternative"] == alternative)]
        if len(row):
            value = float(row["other_ha"].iloc[0])
            rows.append((label, _other(case, place, label, value)))
    if not rows:
        return []
    facts = facts_of(case, place)
    rows.append(("Solde retenu dans ce rapport", facts.get("artificialisation", "net")))
    first, second = case.years
    return [
        Subheading("Le même solde, lu autrement"),
        Paragraph(
            (
                (
                    "La loi ne fixe pas tout : ce tableau recalcule le solde en changeant une seule chose à la fois. "
                    "Plus les lignes sont proches, plus le chiffre est solide."
                ),
            )
        ),
        Table(
            f"Solde de l'artificialisation {first}-{second} selon la lecture",
            (Column("Lecture", 4), Column("Solde (ha)", is_number=True)),
            tuple(rows),
            total=True,
        ),
    ]


def _other(case: Case, place: ReportPlace, label: str, value: float) -> Quantity:
    first, second = case.years
    return Quantity(
        value=value,
        unit="ha",
        meaning="solde de l'artificialisation, une seule chose étant lue autrement (voir l'élément)",
        theme="sensitivity",
        indicator="net",
        place=(place.code, place.name),
        sources=("before", "after", "communes"),
        item=label,
        year_from=first,
        year_to=second,
        signed=True,
    )
