"""Which styles each delivered layer carries: the first is the default."""

from __future__ import annotations

from millesime.nomenclature import COSIA, CS, US, Code, CodeTable
from millesime.publication.styles.patterns import (
    ARTIFICIAL_COLOUR,
    FLUX_COLOURS,
    FLUX_HATCHES,
    HATCHES,
    NATURAL_COLOUR,
    THRESHOLD_HATCH,
)
from millesime.publication.styles.symbols import Fill
from millesime.publication.styles.vector import Category, FieldForm, VectorStyle

#: Values of the artificial status and their meaning.
STATUS_LABELS = {"artif": "Artificialisé", "non artif": "Non artificialisé"}

#: Values of the artificial flux and their meaning.
FLUX_LABELS = {
    1: "Artificialisation",
    0: "Changement sans effet sur l'artificialisation",
    -1: "Désartificialisation",
}

_YES_NO = {"0": "Non", "1": "Oui"}


def labelled(code: Code) -> str:
    """Code and French label: 'CS1.1.1.1 Zones bâties'."""
    return f"{code.code} {code.label_fr}"


#: Short labels that are not the head of the whole label, which alone would mislead.
_SHORT = {"US235": "Usage mixte ou indifférencié", "CS1.1.1.2": "Zones imperméables non bâties"}


def short_label(code: Code) -> str:
    """The French label without its examples in parentheses."""
    return _SHORT.get(code.code, code.label_fr.partition(" (")[0])


def value_list(table: CodeTable) -> dict[str, str]:
    """Delivered codes and their labels, in the order of the specification."""
    return {code.code: labelled(code) for code in table.leaves}


def occupation_forms() -> dict[str, FieldForm]:
    """Forms of the attributes of OCCUPATION_SOL."""
    return {
        "id": FieldForm("Identifiant"),
        "code_cs": FieldForm("Couverture (CS)", value_list(CS)),
        "code_us": FieldForm("Usage (US)", value_list(US)),
        "millesime": FieldForm("Millésime"),
        "source": FieldForm("Source"),
        "ossature": FieldForm("Ossature", _YES_NO),
        "id_origine": FieldForm("Identifiant d'origine"),
        "code_or": FieldForm("Code d'origine"),
    }


def occupation_styles() -> tuple[VectorStyle, ...]:
    """OCCUPATION_SOL: cover, then use."""
    forms = occupation_forms()
    return (
        VectorStyle("couverture", "Couverture du sol (CS)", "code_cs", code_categories(CS), forms),
        VectorStyle("usage", "Usage du sol (US)", "code_us", code_categories(US), forms),
    )


def code_categories(table: CodeTable) -> tuple[Category, ...]:
    """One category per delivered code, in its official colour."""
    return tuple(
        Category(code.code, labelled(code), Fill(code.colour, HATCHES.get(code.code))) for code in table.leaves
    )


def built_zone_styles() -> tuple[VectorStyle, ...]:
    """ZONE_CONSTRUITE: an outline, so that it lies over anything."""
    forms = {"id": FieldForm("Identifiant"), "millesime": FieldForm("Millésime")}
    fill = Fill(None, outline="#7c2d12", outline_mm=0.5)
    return (VectorStyle("zone_construite", "Zone construite", "", (Category("", "Zone construite", fill),), forms),)


def artificial_styles() -> tuple[VectorStyle, ...]:
    """ARTIF: the final status, with what the thresholds changed hatched apart."""
    forms = {
        **occupation_forms(),
        "aire": FieldForm("Aire (m²)"),
        "artif": FieldForm("Statut", STATUS_LABELS),
        "crit_seuil": FieldForm("Statut changé par un seuil", {"false": "Non", "true": "Oui"}),
    }
    artificial, natural = STATUS_LABELS["artif"], STATUS_LABELS["non artif"]
    categories = (
        Category("artif", f"{artificial} (croisement CS × US)", Fill(ARTIFICIAL_COLOUR)),
        Category("artif seuil", f"{artificial} par un seuil", Fill(ARTIFICIAL_COLOUR, THRESHOLD_HATCH)),
        Category("non artif", f"{natural} (croisement CS × US)", Fill(NATURAL_COLOUR)),
        Category("non artif seuil", f"{natural} par un seuil", Fill(NATURAL_COLOUR, THRESHOLD_HATCH)),
    )
    expression = "\"artif\" || CASE WHEN \"crit_seuil\" THEN ' seuil' ELSE '' END"
    return (VectorStyle("artificialisation", "Artificialisation", expression, categories, forms),)


def difference_forms(first: int, second: int) -> dict[str, FieldForm]:
    """Forms of the attributes of DIFF."""
    return {
        f"cs_{first}": FieldForm(f"Couverture en {first}", value_list(CS)),
        f"cs_{second}": FieldForm(f"Couverture en {second}", value_list(CS)),
        f"us_{first}": FieldForm(f"Usage en {first}", value_list(US)),
        f"us_{second}": FieldForm(f"Usage en {second}", value_list(US)),
    }


def difference_styles(first: int, second: int) -> tuple[VectorStyle, ...]:
    """DIFF: what changed, cover or use or both; then the cover and the use that came."""
    forms = difference_forms(first, second)
    expression = (
        f'CASE WHEN "cs_{first}" <> "cs_{second}" AND "us_{first}" <> "us_{second}" THEN \'cs_us\' '
        f"WHEN \"cs_{first}\" <> \"cs_{second}\" THEN 'cs' ELSE 'us' END"
    )
    kinds = (
        Category("cs_us", "Couverture et usage changés", Fill("#7c3aed", HATCHES["US235"])),
        Category("cs", "Couverture changée", Fill("#d99a1c")),
        Category("us", "Usage changé", Fill("#0e7490")),
    )
    return (
        VectorStyle("changement", f"Changements {first}-{second}", expression, kinds, forms),
        VectorStyle("couverture", f"Couverture en {second}", f"cs_{second}", code_categories(CS), forms),
        VectorStyle("usage", f"Usage en {second}", f"us_{second}", code_categories(US), forms),
    )


def artificial_difference_styles(first: int, second: int) -> tuple[VectorStyle, ...]:
    """ARTIF_DIFF: artificialised and renatured land."""
    forms = {
        **difference_forms(first, second),
        f"artif_{first}": FieldForm(f"Statut en {first}", STATUS_LABELS),
        f"artif_{second}": FieldForm(f"Statut en {second}", STATUS_LABELS),
        "artificialisation": FieldForm("Flux", {"1": FLUX_LABELS[1], "-1": FLUX_LABELS[-1]}),
    }
    categories = tuple(
        Category(str(flux), FLUX_LABELS[flux], Fill(FLUX_COLOURS[flux], FLUX_HATCHES[flux])) for flux in (1, -1)
    )
    return (VectorStyle("flux", f"Artificialisation {first}-{second}", "artificialisation", categories, forms),)


def cosia_styles() -> tuple[VectorStyle, ...]:
    """CoSIA: the cover classes as predicted."""
    forms = {
        "numero": FieldForm("Numéro", {str(item.value): item.name for item in COSIA.classes}),
        "classe": FieldForm("Classe"),
    }
    categories = tuple(
        Category(item.name, f"{item.value} {item.name}", Fill(item.colour, outline=item.colour))
        for item in COSIA.classes
    )
    return (VectorStyle("cosia", "Couverture prédite (CoSIA)", "classe", categories, forms),)
