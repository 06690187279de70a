"""The portrait in French. Straight apostrophes and plain spaces: the page sets French typography itself."""

from __future__ import annotations

from millesime.nomenclature import COSIA
from millesime.publication.portrait.wording.keys import (
    AnswerTexts,
    CardTexts,
    CautionTexts,
    ChangeTexts,
    CommuneTexts,
    FrameTexts,
    MapTexts,
    Plural,
    QualityTexts,
    RestingTexts,
    SourceTexts,
    Texts,
    ThemeNames,
    ThemeTexts,
)
from millesime.publication.styles.catalogue import FLUX_LABELS, STATUS_LABELS

_FRAME = FrameTexts(
    title="{territory} : portrait de territoire {years}",
    description="Occupation du sol, artificialisation et évolution de {territory}, {years}.",
    skip="Aller au contenu",
    eyebrow="Portrait de territoire · Occupation du sol à grande échelle",
    contents="Sommaire",
    years="{first} et {second}",
    subtitle_one="Millésime {years}, {area}.",
    subtitle_two="Millésimes {years}, {area}.",
    subtitle_communes_one="Millésime {years}, {area}, {communes}.",
    subtitle_communes_two="Millésimes {years}, {area}, {communes}.",
    communes=Plural("{count}\u00a0commune", "{count}\u00a0communes"),
    made_up="Territoire fictif : lieu, images et bases simulés.",
    footer=(
        "Portrait de {territory}, occupation du sol à grande échelle, {years}. Document produit par le logiciel libre "
        "millesime ; il ne remplace pas les données officielles. Page autonome, lisible sans réseau."
    ),
    go_brief="L'essentiel",
    go_maps="Cartes",
    go_changes="Ce qui a changé",
    go_artificial="Artificialisation",
    go_cover="Couverture",
    go_use="Usage",
    go_communes="Communes",
    go_resting="Seuils",
    go_limits="Limites",
    go_quality="Qualité",
    go_sources="Sources",
)

_ANSWERS = AnswerTexts(
    heading="En cinq réponses",
    how_much="Combien d'hectares artificialisés ?",
    how_much_none="Aucun sol n'a changé de statut de {first} à {second}.",
    how_much_gain=(
        "De {first} à {second}, {gain} de sols sont devenus artificialisés et aucun n'a cessé de l'être : {net}, soit "
        "{per_year} par an."
    ),
    how_much_loss=(
        "De {first} à {second}, aucun sol n'est devenu artificialisé et {loss} de sols ont cessé de l'être : {net}, "
        "soit {per_year} par an."
    ),
    how_much_both=(
        "De {first} à {second}, {gain} de sols sont devenus artificialisés et {loss} ont cessé de l'être : {net} en "
        "tout, soit {per_year} par an."
    ),
    how_much_stock="En {year}, les sols artificialisés couvrent {area}, soit {share} du territoire.",
    where="Où ?",
    where_gain_commune="La commune où le plus de sols sont devenus artificialisés est {commune} : {area} sur {gain}.",
    where_no_gain="Aucun sol n'est devenu artificialisé.",
    where_sites="Les plus grands sites de changement sont numérotés sur une carte.",
    where_share_commune="La commune la plus artificialisée est {commune} : {share} de sa surface.",
    where_share_part=(
        "Dans le territoire, la commune la plus artificialisée est {commune}, qui n'y est qu'en partie : {share} de "
        "cette partie."
    ),
    where_map="La carte de l'artificialisation montre chaque sol artificialisé.",
    when="Entre quelles dates ?",
    when_one="À quelle date ?",
    when_body=(
        "Entre les photographies aériennes de {first} et celles de {second}. La date exacte de chaque changement n'est "
        "pas connue."
    ),
    when_one_body="À celle des photographies aériennes de {year}.",
    how_sure="Avec quelle certitude ?",
    thresholds="Qu'est-ce qui repose sur des seuils ?",
    thresholds_stock="En {year}, un seuil de surface décide du statut de {area} de sols, soit {share} du territoire.",
    thresholds_stock_none="En {year}, aucun sol ne doit son statut à un seuil de surface.",
    thresholds_flux="Dans ce qui a changé de statut, {area} viennent des seuils seuls.",
    thresholds_flux_none="Rien de ce qui a changé de statut ne vient des seuils seuls.",
    see_changes="Voir ce qui a changé",
    see_maps="Voir les cartes",
    see_artificial="Voir de quoi sont faits les sols artificialisés",
    see_quality="Voir la qualité mesurée",
    see_limits="Voir ce que ces chiffres ne disent pas",
    see_sources="Voir les sources",
)

_CARDS = CardTexts(
    heading="L'essentiel",
    artificial="Sols artificialisés en {year}",
    share="{share} du territoire",
    artificial_sentence=(
        "Sur 100 hectares, environ {hundredth} sont bâtis, revêtus, compactés, ou herbeux au service de l'habitat, des "
        "activités ou des transports."
    ),
    flux="Artificialisation nette de {first} à {second}",
    per_year="{area} par an",
    flux_none="Aucun sol n'a changé de statut en {years}.",
    flux_gain="{gain} de sols sont devenus artificialisés et aucun n'a cessé de l'être en {years}.",
    flux_loss="Aucun sol n'est devenu artificialisé et {loss} de sols ont cessé de l'être en {years}.",
    flux_both="{gain} de sols sont devenus artificialisés et {loss} ont cessé de l'être en {years}.",
    years=Plural("{count}\u00a0an", "{count}\u00a0ans"),
    impervious="Sols imperméables en {year}",
    impervious_sentence="Bâtiments, routes, parkings : l'eau ne s'y infiltre pas.",
    impervious_change="Bâtiments, routes, parkings : l'eau ne s'y infiltre pas ({change} depuis {first}).",
    changed="Sols qui ont changé de {first} à {second}",
    changed_sentence=(
        "Changements de couverture ou d'usage, qu'ils artificialisent ou non : constructions, routes, mais aussi "
        "cultures et bois."
    ),
    reading=(
        "Un sol est dit artificialisé quand ses fonctions biologiques et hydriques sont altérées durablement par son "
        "occupation ou son usage (article L. 101-2-1 du code de l'urbanisme). Artificialisation nette : ce qui est "
        "devenu artificialisé, moins ce qui a cessé de l'être."
    ),
)

_MAPS = MapTexts(
    heading_one="Cartes",
    heading_two="Avant, après",
    intro_one="Choisissez la carte à montrer.",
    intro_two=(
        "Choisissez une carte : elle est montrée aux deux millésimes. Le volet se déplace à la souris, au doigt ou "
        "avec les flèches du clavier."
    ),
    choose="Carte",
    layers="Couches",
    limits="Limites communales",
    codes="Codes CS et US",
    slider="Volet {first} | {second}",
    slider_value="{percent} % de la largeur",
    side_by_side="Côte à côte",
    legend="Légende : {title}",
    north="Nord",
    photo="Photographie",
    photo_note="Orthophotographies utilisées pour produire la carte.",
    photo_title="Photographie aérienne de {year}",
    photo_description="Vue aérienne verticale de tout le territoire en {year}.",
    cover="Couverture",
    cover_note=(
        "Couverture (CS) : ce qui est physiquement au sol. Couleurs de la nomenclature nationale ; des hachures "
        "distinguent les teintes proches."
    ),
    use="Usage",
    use_note=(
        "Usage (US) : ce à quoi le sol sert. US2 et US235 ont la même couleur officielle : US235 est hachuré de blanc."
    ),
    artificial="Artificialisation",
    artificial_note=(
        "Statut au sens du code de l'urbanisme, seuils compris. Les hachures noires marquent ce qu'un seuil a fait "
        "changer de statut."
    ),
    title="{theme} en {year}",
    artificial_title="Sols artificialisés en {year}",
    artificial_description="{area} artificialisés, {share} du territoire.",
    dominant="Classes les plus étendues : {classes}.",
    dominant_item="{label} ({share})",
    by_threshold="{status} par le jeu d'un seuil",
)

_CHANGES = ChangeTexts(
    heading="Ce qui a changé de {first} à {second}",
    map_title="Changements entre {first} et {second}",
    description="{gained} ; {lost} ; {neutral}.",
    description_none="Rien n'a changé.",
    gained="{area} de sols artificialisés",
    gained_none="aucun sol artificialisé",
    lost="{area} désartificialisés",
    lost_none="aucun désartificialisé",
    neutral="{area} changés sans effet sur l'artificialisation",
    neutral_none="aucun autre changement",
    sites_intro=(
        "Les polygones voisins qui ont le même effet sont réunis en sites ; les plus grands sont numérotés, d'abord "
        "ceux qui changent l'artificialisation."
    ),
    legend="Légende des changements",
    sites="Plus grands sites de changement",
    sites_caption="Plus grands sites de changement, numérotés comme sur la carte",
    number="N°",
    what="Ce qui a changé",
    area="Surface",
    effect="Effet",
    from_above="Vus du ciel",
    site_picture="Site {number} en {year} : {state}",
    site_title="{area}, {commune}",
    effect_gain="Artificialisation",
    effect_loss="Désartificialisation",
    effect_none="Sans effet",
    state="{cover}, {use}",
    story_threshold="{cover}, {use} : le statut change par le jeu d'un seuil",
    story_use="Usage : {before} → {after} (couverture : {cover})",
    story_cover="Couverture : {before} → {after} (usage : {use})",
    story_both="{cover_before} ({use_before}) → {cover_after} ({use_after})",
    rest="cette évolution fait {share} du site",
    commune_and_rest="{commune} ; {rest}",
)

_THEMES = ThemeTexts(
    composition_heading="De quoi sont faits les sols artificialisés",
    composition_intro=(
        "Les {area} artificialisés en {year}, selon ce qui les couvre, puis selon ce à quoi ils servent."
    ),
    composition_cover="Sols artificialisés par couverture",
    composition_use="Sols artificialisés par usage",
    cover=ThemeNames(
        title="Couverture du sol",
        intro="Ce qui est physiquement présent au sol : bâti, revêtement, eau, arbres, herbe.",
        stock="Surface par couverture en {year}",
        balance="Surface gagnée et perdue par couverture",
        matrix="Matrice de transition, couverture, de {first} à {second}",
        unchanged="Aucun changement de couverture entre les deux millésimes.",
    ),
    use=ThemeNames(
        title="Usage du sol",
        intro="Ce à quoi le sol sert : habiter, cultiver, circuler, produire.",
        stock="Surface par usage en {year}",
        balance="Surface gagnée et perdue par usage",
        matrix="Matrice de transition, usage, de {first} à {second}",
        unchanged="Aucun changement d'usage entre les deux millésimes.",
    ),
    balance_heading="Gains et pertes de {first} à {second}",
    matrix_heading="D'où vient ce qui a changé",
    matrix_note=(
        "En ligne, ce que le sol était en {first} ; en colonne, ce qu'il est devenu en {second}. Plus la case est "
        "foncée, plus la surface est grande."
    ),
    matrix_corner="{first} ↓ \u00a0 {second} →",
    matrix_corner_aloud="En ligne {first}, en colonne {second}",
    matrix_codes="Codes des colonnes",
    left_total="Perdu",
    came_total="Gagné",
    nothing="aucun",
    in_hectares="{title}, en hectares",
    chart_stock="{title}. Les plus grandes surfaces : {items}.",
    chart_balance_gain="{title}. Plus forts gains : {items}.",
    chart_balance_loss="Plus fortes pertes : {items}.",
    chart_item="{label}, {value}",
    chart_items_between=" ; ",
    chart_table="Toutes les valeurs sont dans le tableau voisin.",
    stock_note="La barre est la surface de {second} ; le trait noir, celle de {first}.",
    losses="← pertes",
    gains="gains →",
    code="Classe",
    change="Écart",
    share="Part",
    gained="Gagné",
    lost="Perdu",
    balance="Solde",
)

_COMMUNES = CommuneTexts(
    heading="Par commune",
    intro="Surfaces de chaque commune à l'intérieur du territoire.",
    intro_flux=(
        "Surfaces de chaque commune à l'intérieur du territoire. Les changements sont comptés commune par "
        "commune, puis additionnés. La désartificialisation est comptée en négatif."
    ),
    region="Indicateurs par commune",
    caption="Artificialisation et imperméabilisation par commune, en hectares",
    commune="Commune",
    area="Superficie",
    artificial="Artificialisé",
    share="Part",
    gained="Artificiali\u00adsation",
    lost="Désartificiali\u00adsation",
    net="Artificiali\u00adsation nette",
    net_per_year="Nette par an",
    impervious="Imperméable",
    chart="Part artificialisée de chaque commune en {year}",
    chart_sentence=(
        "Part artificialisée de chaque commune en {year}. La plus forte : {first}, {first_share}. Le territoire : "
        "{share}. Toutes les valeurs sont dans le tableau qui précède."
    ),
    in_part="{commune} (en partie)",
)

_RESTING = RestingTexts(
    heading="Sur quoi reposent ces chiffres",
    caption="Ce que deviendraient les chiffres si une seule chose changeait",
    what="Ce qui change",
    see="Voir sur quoi reposent ces chiffres",
)

_CAUTIONS = CautionTexts(
    heading="Ce que ces chiffres ne disent pas",
    enaf="L'artificialisation n'est pas la consommation d'espaces naturels, agricoles et forestiers (ENAF).",
    enaf_body=(
        "L'objectif de réduction de moitié sur 2021-2031 porte sur la consommation d'ENAF, mesurée chaque année à "
        "partir des Fichiers fonciers. Les deux mesures ne se comparent pas et ne s'additionnent pas."
    ),
    thresholds="Le statut dépend de seuils.",
    thresholds_rule=(
        "Un îlot non artificialisé de moins de {small}\u00a0m² entouré de sols artificialisés est compté "
        "artificialisé, et réciproquement ; un bâtiment d'au moins {built}\u00a0m² reste toujours compté."
    ),
    thresholds_none="En {year}, aucune surface ne doit son statut à un seuil.",
    thresholds_some=(
        "En {year}, {area} ({share} du territoire) doivent leur statut à un seuil et non au croisement de la "
        "couverture et de l'usage."
    ),
    thresholds_flux=(
        "Dans ce qui a changé de statut, {area} viennent des seuils seuls : ni la couverture ni l'usage n'y ont changé."
    ),
    thresholds_order=(
        "Le décret fixe les seuils, non l'ordre dans lequel on les applique : celui-ci est notre lecture, décrite dans "
        "la documentation de millesime (docs/concepts.md)."
    ),
    small="Ce qui est petit n'est pas représenté, ou l'est en plus grand.",
    small_body=(
        "Le bâti de moins de {least}\u00a0m² n'est pas représenté ; un bâti isolé de {least} à {built}\u00a0m² est "
        "agrandi à {built}\u00a0m². Le reste est retenu à partir de {inside}\u00a0m² dans la zone construite et de "
        "{outside}\u00a0m² en dehors : un jardin, un chemin ou un bosquet plus petit est rattaché à son voisin."
    ),
    small_count=Plural(
        "Sur {all}\u00a0polygones bâtis, {count} a juste cette surface de {built}\u00a0m² ({area}) : le bâtiment est "
        "sans doute plus petit que son polygone.",
        "Sur {all}\u00a0polygones bâtis, {count} ont juste cette surface de {built}\u00a0m² ({area} en tout) : ces "
        "bâtiments sont sans doute plus petits que leurs polygones.",
    ),
    flux="Les changements comparent deux états.",
    flux_body=(
        "Ils ne disent rien de ce qui a changé puis est revenu entre {first} et {second}, ni de la date exacte d'un "
        "changement. Un changement de couverture ou d'usage n'est pas toujours une artificialisation."
    ),
    exemptions="Les exemptions facultatives ne sont pas appliquées.",
    exemptions_body=("Les parcs et jardins publics et le photovoltaïque au sol sont comptés selon la règle générale."),
    errors="Une carte comporte des erreurs.",
    errors_of_chain=(
        "La couverture est prédite à partir d'images, puis croisée avec des bases nationales qui ont leurs retards."
    ),
    errors_measured="La section « Qualité mesurée » dit combien de surface est juste, classe par classe.",
    errors_unmeasured=(
        "La précision de cette édition n'a pas été mesurée : un écart de faible surface peut être une erreur."
    ),
    errors_communes=(
        "Une commune n'a pas d'échantillon de contrôle propre : aucun intervalle n'est donné à son échelle."
    ),
)

_QUALITY = QualityTexts(
    heading="Qualité mesurée",
    trust_none="La précision de cette édition n'a pas été mesurée : un petit écart peut être une erreur de la carte.",
    trust_status=(
        "Fiabilité mesurée sur ce territoire : {accuracy} de la surface a le bon statut en {year} ; la carte compte "
        "{mapped} artificialisés, la vérité {true}."
    ),
    trust_impervious="Sols imperméables : {mapped} sur la carte, {true} dans la vérité.",
    trust_flux="Artificialisation nette : {mapped} sur la carte, {true} dans la vérité.",
    by_rows="{title}, par {rows}",
    title="{title} : {overall}",
    row="Classe",
    row_measure="Mesure",
    truth="Vérité",
    map="Carte",
    users="Juste dans la carte",
    producers="Trouvé par la carte",
    iou="IoU",
    artificial="Sols artificialisés en {year}",
    artificial_overall="{accuracy} de la surface au bon statut",
    artificial_sentence=("La carte compte {mapped} artificialisés, la vérité {true} : un écart de {gap} ({share})."),
    artificial_none="La carte compte {mapped} artificialisés, la vérité aucun.",
    impervious="Sols imperméables en {year}",
    gap="écart de {gap}",
    impervious_sentence="La carte compte {mapped} imperméables (CS1.1.1), la vérité {true} : un écart de {gap}.",
    impervious_share=(
        "La carte compte {mapped} imperméables (CS1.1.1), la vérité {true} : un écart de {gap} ({share})."
    ),
    impervious_enlarged="L'agrandissement du petit bâti isolé y a sa part.",
    flux="Artificialisation nette de {first} à {second}",
    flux_overall="écart de {gap}",
    flux_sentence=(
        "L'artificialisation nette est de {mapped} sur la carte et de {true} dans la vérité. Ce qui change est petit "
        "devant le territoire : c'est ce chiffre qu'il faut juger, et non le pourcentage de surface juste. La "
        "désartificialisation est comptée en négatif : le net est la somme des deux."
    ),
    flux_gain="Artificialisation (ha)",
    flux_loss="Désartificialisation (ha)",
    flux_net="Net (ha)",
    found="Changements trouvés de {first} à {second}",
    found_overall="{share} de la surface changée est trouvée",
    found_sentence=(
        "{true_share} de la surface que la carte dit changée l'est vraiment. Parmi les changements d'au moins "
        "{unit}\u00a0m², {found} sur {all} sont trouvés."
    ),
    cover="Couverture (CS) en {year}",
    use="Usage (US) en {year}",
    overall="{accuracy} de la surface juste, IoU moyen {iou}",
    explained=(
        "« Juste dans la carte » : part de ce que la carte appelle ainsi et qui l'est. « Trouvé par la carte » : part "
        "de ce qui est ainsi et que la carte appelle ainsi. IoU : surface commune rapportée à la surface réunie."
    ),
    predicted="Couverture prédite (CoSIA) en {year}",
    predicted_sentence="Prédiction brute, pixel par pixel, avant tout croisement avec les bases.",
    predicted_alone="Un classement de chaque pixel isolé, sur les mêmes images, serait juste à {accuracy}.",
)

_SOURCES = SourceTexts(
    heading="Sources et méthode",
    measured=(
        "La carte a été comparée, pixel par pixel et hectare par hectare, à une vérité connue de tout le territoire. "
        "Les pourcentages sont pondérés par la surface."
    ),
    not_measured=(
        "La précision de cette édition n'a pas été mesurée : aucune vérité de terrain ni aucun échantillon de contrôle "
        "ne l'accompagne."
    ),
    corrected=(
        "La carte mesurée comprend des corrections de photo-interprètes, rejouées : {counts}. Un millésime hérite de "
        "celles de sa référence : ces chiffres ne sont pas ceux de la chaîne automatique seule."
    ),
    corrected_made_up=(
        "La carte mesurée comprend des corrections de photo-interprètes simulées à partir de cette vérité, rejouées : "
        "{counts}. Un millésime hérite de celles de sa référence : ces chiffres ne sont pas ceux de la chaîne "
        "automatique seule."
    ),
    corrections="{count} en {year}",
    made_up="Territoire fictif",
    made_up_body=(
        "Le lieu, les images et les bases sont simulés pour la démonstration ; aucun chiffre ne décrit un lieu réel."
    ),
    vintages="Millésimes",
    vintages_body="{years} : année des prises de vue aériennes.",
    product="Produit",
    product_body="Occupation du sol à grande échelle (OCS GE) : couverture (CS) et usage (US) en tout lieu.",
    method="Méthode",
    method_body=(
        "Couverture prédite par un réseau de neurones à partir d'images aériennes et de hauteurs, vectorisée, croisée "
        "avec les bases nationales, ramenée aux surfaces minimales, corrigée, puis comparée d'un millésime à l'autre."
    ),
    artificial="Artificialisation",
    artificial_body=(
        "Croisement couverture × usage, puis seuils de l'annexe de l'article R. 101-1 du code de l'urbanisme (décret "
        "n° 2023-1096)."
    ),
    projection="Projection",
    projection_body="{name} ({code}). Nord de la projection en haut des cartes.",
    licence="Licence",
    licence_body=(
        "Les données d'entrée gardent leur licence, indiquée ci-dessous ; les Fichiers fonciers ne sont jamais "
        "rediffusés. Nomenclature : standard CNIG de l'OCS GE."
    ),
    data="Données",
    data_body=(
        "Les GeoPackages, les rasters et le projet QGIS livrés à côté de cette page contiennent chaque polygone et la "
        "raison de son code."
    ),
    inputs="Données d'entrée",
    inputs_caption="Données d'entrée, avec l'empreinte des fichiers lus",
    input="Donnée",
    producer="Producteur",
    source_licence="Licence",
    fingerprint="Empreinte SHA-256",
    fingerprint_short="Empreinte",
    steps="Traçabilité",
    steps_caption="Étapes de la chaîne, version de chacune et empreinte de ce qu'elle a lu",
    step="Étape",
    version="Version",
    read_fingerprint="Empreinte des entrées",
    step_titles={
        "imagery": "Images",
        "cover_raster": "Couverture prédite (pixels)",
        "cover_vector": "Couverture prédite (polygones)",
        "built_zone": "Zone construite",
        "ocsge_auto": "OCS GE automatique",
        "ocsge_update": "Mise en cohérence avec le millésime de référence",
        "ocsge_final": "OCS GE finale, corrections rejouées",
        "artificialisation": "Artificialisation",
        "differential": "Différentiel",
        "indicators": "Indicateurs",
    },
    input_titles={
        "ortho_rgb": "Orthophotographie couleur",
        "ortho_irc": "Orthophotographie infrarouge",
        "dsm": "Modèle numérique de surface",
        "dtm": "Modèle numérique de terrain",
        "model": "Modèle de segmentation",
        "operations": "Corrections rejouées",
    },
    simulated="simulé",
    no_licence="sans objet",
    with_territory="fourni avec le territoire",
    of_supplier="du fournisseur",
    with_millesime="livré avec millesime",
    restricted="accès réservé, jamais rediffusé",
    simulated_like="simulé, au schéma {producers}",
    producer_of={"IGN": "de l'IGN", "ASP": "de l'ASP", "DGFiP": "de la DGFiP", "Cerema": "du Cerema"},
    any_producer_of="de {name}",
    and_=" et ",
)

FRENCH_TEXTS = Texts(
    frame=_FRAME,
    answers=_ANSWERS,
    cards=_CARDS,
    maps=_MAPS,
    changes=_CHANGES,
    themes=_THEMES,
    communes=_COMMUNES,
    resting=_RESTING,
    cautions=_CAUTIONS,
    quality=_QUALITY,
    sources=_SOURCES,
    status=STATUS_LABELS,
    fluxes=FLUX_LABELS,
    cover_classes={item.name: item.name for item in COSIA.classes},
)
