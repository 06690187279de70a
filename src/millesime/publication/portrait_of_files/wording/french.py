"""A portrait of files in French. Straight apostrophes: the page sets French typography itself."""

from __future__ import annotations

from millesime.publication.portrait.wording import Plural
from millesime.publication.portrait_of_files.wording.keys import FileTexts

FRENCH_TEXTS = FileTexts(
    zone="Zone",
    levels={
        "commune": "commune {code}",
        "epci": "intercommunalité {code}",
        "departement": "département {code}",
        "perimeter": "périmètre dessiné",
    },
    zone_whole="Toute l'étendue des fichiers, {area}.",
    zone_cut="{name} ({level}), {area}. Sa limite coupe les polygones : les chiffres sont les siens.",
    zone_missing="Les fichiers n'en couvrent pas {area} ({share}).",
    reading="Lecture {year}",
    layer="Couche {name} :",
    built_zone="La zone construite est livrée avec elle.",
    rows=Plural("{count}\u00a0ligne lue", "{count}\u00a0lignes lues"),
    all_kept="toutes retenues",
    some_kept="{kept} retenues, {aside}",
    set_aside=Plural("{count}\u00a0écartée", "{count}\u00a0écartées"),
    aside="Lignes écartées : {reasons}.",
    retouched="Lignes retouchées : {reasons}.",
    computed=(
        "Statut de {years} calculé par millesime : croisement couverture × usage, puis seuils de l'annexe de l'article "
        "R. 101-1 du code de l'urbanisme (décret n° 2023-1096)."
    ),
    other_rules="Réglages choisis autrement que par défaut : {rules}.",
    read_as_is="Statut de {years} lu tel que livré dans la couche d'artificialisation.",
    flags=Plural(
        "L'attribut crit_seuil de {count}\u00a0polygone contredit le statut livré et le croisement : c'est le statut "
        "qui est cru.",
        "L'attribut crit_seuil de {count}\u00a0polygones contredit le statut livré et le croisement : c'est le statut "
        "qui est cru.",
    ),
    comparison="Comparaison",
    compared=(
        "Les deux millésimes sont superposés au centimètre ; les statuts de {first} et de {second} donnent le flux."
    ),
    snapped=(
        "Leurs limites ne coïncident pas : celles de {second} à moins de {metres}\u00a0m de celles de {first} y sont "
        "ramenées."
    ),
    alone="{area} ne sont couverts que par un seul millésime et ne sont pas comptés.",
    licence_body="Les données gardent la licence de leur producteur. Nomenclature : standard CNIG de l'OCS GE.",
    supplied="fourni par l'utilisateur",
    licence_of_ign="Licence Ouverte 2.0 si le fichier est de l'IGN",
    source="{kind} {year}, {file}",
    not_measured=(
        "La précision de ces fichiers n'a pas été mesurée : aucun échantillon de contrôle ne les accompagne. Aucun "
        "intervalle de confiance n'est donc donné."
    ),
    errors=(
        "Les codes sont ceux des fichiers, produits à partir d'images aériennes et de bases nationales qui ont leurs "
        "retards."
    ),
    trust="Un petit écart peut être une erreur de la carte.",
    trust_nothing="Aucun sol n'a changé de statut entre les deux fichiers.",
    trust_all_change=(
        "Sur {flux} qui ont changé de statut (gains et pertes additionnés), tout vient d'un changement de couverture "
        "ou d'usage plus large que le tremblé des limites."
    ),
    trust_some="Sur {flux} qui ont changé de statut (gains et pertes additionnés), {parts}.",
    noise="{area} sont des bandes trop fines pour être distinguées d'une limite déplacée",
    without="{area} viennent des seuils seuls, sans changement de couverture ni d'usage",
    near="{area} tiennent à des îlots dont la surface est proche d'un seuil",
    between=" ; ",
    comparable="Les deux millésimes ne sont pas sûrement comparables.",
    unknown_generation=(
        "Rien dans les fichiers ne dit s'ils sont de la même génération (usages mixtes US235 détaillés ou non) : entre "
        "deux générations, le flux mesure le changement de méthode."
    ),
    two_generations=(
        "L'un est de l'ancienne génération (usages mixtes US235), l'autre de la nouvelle : le flux mesure en partie le "
        "changement de méthode. La comparaison a été forcée."
    ),
    not_covered="La zone n'est pas couverte en entier.",
    not_covered_body="{area} ({share}) manquent : les chiffres sont ceux du reste.",
    two_origins="Les deux statuts n'ont pas la même origine.",
    two_origins_body=("L'un est lu dans une couche officielle, l'autre calculé : une part du flux peut venir de là."),
    adjusted="Ces surfaces sont corrigées d'après les contrôles : elles peuvent différer de celles de la carte.",
    other_ground="Un intervalle tiré d'un autre territoire serait faux.",
    controlled=(
        "Le changement a été contrôlé en des points tirés au hasard, relus sur le terrain ou par photo-interprétation. "
        "L'exactitude de la couverture et de l'usage, classe par classe, n'est pas mesurée ici."
    ),
    controlled_figures={
        "artificialised": "Sols artificialisés",
        "desartificialised": "Sols désartificialisés",
        "net": "Artificialisation nette",
    },
    control_title="Changement d'après les contrôles, {first}-{second}",
    control_points=Plural("{count}\u00a0point de contrôle", "{count}\u00a0points de contrôle"),
    control_told=(
        "La surface estimée corrige celle de la carte de ses erreurs, vues aux points de contrôle. Un tel intervalle "
        "contient la vraie surface 95 fois sur 100."
    ),
    control_map="Sur la carte (ha)",
    control_estimate="Estimée (ha)",
    control_low="Au moins (ha)",
    control_high="Au plus (ha)",
    control_source="Points de contrôle, {file}",
    control_licence="non indiquée",
    errors_controlled=(
        "La section « Qualité mesurée » donne la marge d'erreur du changement, d'après des points de contrôle."
    ),
    resting_intro=(
        "Chaque ligne recalcule le chiffre en changeant une seule chose. Les écarts ne s'additionnent pas. Ce qui ne "
        "change rien n'est pas montré."
    ),
    ground="Surface en jeu en {year} (ha)",
    stock="Artificialisé en {year} : écart (ha)",
    flux="Flux net : écart (ha)",
)

#: Reasons and repairs, as the reader of deliveries words them -> French.
FRENCH_REASONS: tuple[tuple[str, str], ...] = (
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
