"""What the law asks, told apart from how this report reads it; and what is left to the council."""

from __future__ import annotations

from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.content import (
    Bullets,
    Chapter,
    Column,
    Paragraph,
    Strong,
    Subheading,
    Table,
    WriteIn,
)
from millesime.publication.triennial.words import WORDS, capital, rules_written

#: Titles of the chapters that answer the four points of the decree.
ENAF_TITLE = "Consommation d'espaces naturels, agricoles et forestiers"
ARTIFICIAL_TITLE = "Artificialisation des sols"
IMPERVIOUS_TITLE = "Sols imperméables"
PLANNING_TITLE = "Respect des objectifs des documents de planification et d'urbanisme"


def frame_chapter(case: Case, place: ReportPlace) -> Chapter:
    """The legal frame.

    Law: CGCT L. 2231-1 (who, when, debate, vote, publication, transmission) and R. 2231-1 (the four points). That the
    points 2 to 4 are due only once planning documents hold their objective before 2031 is the administration's
    reading, told as such.
    """
    words = WORDS[place.kind]
    enaf = "Renseigné à partir du fichier fourni" if case.enaf is not None else "À compléter : fichier non fourni"
    planning = (
        "Zones du document d'urbanisme fournies ; évaluation à écrire"
        if "planning" in case.sources
        else ("À compléter par la collectivité")
    )
    points = (
        (
            "1°",
            (
                "Consommation d'espaces naturels, agricoles et forestiers (ENAF), en hectares et en pourcentage de "
                "la superficie du territoire"
            ),
            ENAF_TITLE,
            enaf,
        ),
        (
            "2°",
            "Solde entre les surfaces artificialisées et les surfaces désartificialisées",
            ARTIFICIAL_TITLE,
            "Renseigné",
        ),
        ("3°", "Surfaces dont les sols ont été rendus imperméables", IMPERVIOUS_TITLE, "Renseigné"),
        (
            "4°",
            (
                "Évaluation du respect des objectifs de réduction de la consommation d'ENAF et de lutte contre "
                "l'artificialisation fixés dans les documents de planification et d'urbanisme"
            ),
            PLANNING_TITLE,
            planning,
        ),
    )
    first, second = case.years
    return Chapter(
        "Cadre du rapport",
        (
            Subheading("Ce que la loi demande"),
            Paragraph(
                (
                    (
                        "L'article L. 2231-1 du code général des collectivités territoriales (CGCT) demande au maire "
                        "d'une commune, ou au président d'un établissement public de coopération intercommunale, "
                        "dotés d'un plan local d'urbanisme, d'un document en tenant lieu ou d'une carte communale, "
                        "de présenter au moins tous les trois ans un rapport sur l'artificialisation des sols de "
                        "leur territoire au cours des années civiles précédentes. Ce rapport dit dans quelle mesure "
                        "les objectifs de lutte contre l'artificialisation sont atteints."
                    ),
                )
            ),
            Bullets(
                (
                    ("Le rapport donne lieu à un débat, suivi d'un vote.",),
                    ("Le rapport et l'avis sont publiés.",),
                    (
                        (
                            "Dans les quinze jours qui suivent leur publication, ils sont transmis aux représentants "
                            "de l'État dans la région et le département, au président du conseil régional, au "
                            "président de l'intercommunalité dont la commune est membre (ou aux maires des communes "
                            "membres) et au président de l'établissement chargé du schéma de cohérence territoriale "
                            "(SCoT)."
                        ),
                    ),
                )
            ),
            Paragraph(("L'article R. 2231-1 du CGCT fixe ce que le rapport présente :",)),
            Table(
                "Les quatre points du décret et leur place dans ce rapport",
                (
                    Column("Point", 0.75),
                    Column("Ce que le décret demande", 3.2),
                    Column("Chapitre", 2),
                    Column("État", 1.8),
                ),
                points,
                sourced=False,
            ),
            Paragraph(
                (
                    (
                        "Le décret demande aussi d'expliquer les raisons des évolutions observées, notamment l'effet "
                        "des décisions d'aménagement et d'urbanisme et des actions de renaturation. Cette "
                        f"explication appartient à {words.the} : sa place est marquée dans chaque chapitre."
                    ),
                )
            ),
            Subheading("Notre lecture"),
            Paragraph(
                ("Ce qui suit n'est pas dans la loi ; ce sont les choix qui ont permis de calculer les chiffres.",)
            ),
            Bullets(
                (
                    (
                        Strong("Deux mesures séparées. "),
                        (
                            "La consommation d'ENAF (point 1) et l'artificialisation (points 2 et 3) n'ont ni la "
                            "même définition ni la même source. Elles ne s'additionnent pas et ne se comparent pas. "
                            "L'objectif national de réduction de moitié sur 2021-2031 porte sur la première "
                            "seulement."
                        ),
                    ),
                    (
                        Strong("Les années. "),
                        (
                            f"La carte d'occupation du sol existe pour {first} et {second} : les chiffres "
                            "d'artificialisation sont ceux de cette période, non ceux de chaque année civile. Un "
                            "chiffre par an est une moyenne."
                        ),
                    ),
                    (
                        Strong("Le statut artificialisé. "),
                        _status(case),
                    ),
                    (
                        Strong("Les sols imperméables. "),
                        (
                            "Le décret renvoie aux catégories 1° et 2° de la nomenclature, « surfaces dont les sols "
                            "sont imperméabilisés en raison du bâti » ou « d'un revêtement ». Nous comptons les "
                            "couvertures CS1.1.1.1 (bâti) et CS1.1.1.2 (sols revêtus) de l'OCS GE, quel que soit "
                            "leur usage."
                        ),
                    ),
                    (
                        Strong("Points exigibles. "),
                        (
                            "Selon l'administration, les points 2°, 3° et 4° ne sont pas obligatoires avant 2031 "
                            "tant que les documents d'urbanisme n'ont pas intégré leur objectif. Ce rapport donne "
                            "les points 2° et 3° dans tous les cas."
                        ),
                    ),
                )
            ),
        ),
    )


def _status(case: Case) -> str:
    """Where the status of each vintage comes from; a flux between two origins measures their difference too."""
    read = [str(year) for year in case.years if year in case.official_years]
    computed = [str(year) for year in case.years if year not in case.official_years]
    told = []
    if read:
        told.append(
            f"Pour {read[0]}, il est celui que donne le fichier officiel."
            if computed
            else "Il est celui que donnent les fichiers officiels."
        )
    if computed:
        told.append(
            f"{f'Pour {computed[0]}, il' if read else 'Il'} est calculé à partir de la couverture et de l'usage de "
            "chaque polygone, puis des seuils du décret (annexe de l'article R. 101-1 du code de l'urbanisme). Le "
            "décret fixe les seuils, non l'ordre dans lequel on les applique : cet ordre est notre lecture."
        )
    if case.other_rules:
        told.append(f"Réglages choisis autrement que par défaut : {rules_written(case.other_rules)}.")
    if case.status_warnings:
        told.append(
            "Rien n'assure que les deux statuts ont été décidés selon les mêmes réglages : une partie des surfaces "
            "artificialisées et désartificialisées peut n'être que l'écart entre deux manières de décider."
        )
    return " ".join(told)


def debate_chapter(place: ReportPlace) -> Chapter:
    """What the council writes once the debate was held."""
    words = WORDS[place.kind]
    members = (
        "Président de l'intercommunalité dont la commune est membre"
        if place.kind == "commune"
        else "Maires des communes membres"
    )
    receivers = (
        "Préfet de région",
        "Préfet de département",
        "Président du conseil régional",
        members,
        "Président de l'établissement chargé du SCoT",
    )
    return Chapter(
        "Débat, vote et transmission",
        (
            Paragraph((f"{capital(words.head)} présente ce rapport au {words.council}, qui en débat puis vote.",)),
            WriteIn("date de la séance, résumé du débat, résultat du vote et avis rendu.", lines=6),
            WriteIn("date et lieu de la publication du rapport et de l'avis.", lines=2),
            Table(
                "Transmission dans les quinze jours suivant la publication",
                (Column("Destinataire", 3), Column("Date d'envoi"), Column("Référence")),
                tuple((receiver, "", "") for receiver in receivers),
                sourced=False,
                to_complete=True,
            ),
        ),
        fresh_page=True,
    )
