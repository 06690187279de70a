"""Why a polygon has its status: one plain sentence, from the facts that the decision left in the row.

Nothing is computed again here. The sentence says which figure is the law's and which is our reading of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from millesime.artificialisation.parameters import Parameters
from millesime.artificialisation.product import ADDED_COLUMNS, ARTIFICIAL, FACT_COLUMNS
from millesime.errors import SchemaError
from millesime.nomenclature import CS, US
from millesime.written_numbers import NUMBERS, THIN, Language

#: What a reading calls a polygon whose file has no ids.
_ROW = re.compile(r"row (\d+(?:-\d+)?)")


@dataclass(frozen=True)
class _Facts:
    """The facts of one row, in the words of one language."""

    row: Mapping[str, Any]
    rules: Parameters
    language: Language

    def say(self, fr: str, en: str) -> str:
        return fr if self.language == "fr" else en

    @property
    def is_artificial(self) -> bool:
        return bool(self.row["artif"] == ARTIFICIAL)

    @property
    def is_simultaneous(self) -> bool:
        return self.rules.mode == "sparte-2024"

    def status(self, artificial: bool) -> str:
        if artificial:
            return self.say("artificialisé", "artificial")
        return self.say("non artificialisé", "not artificial")

    def area(self, name: str, *, threshold: str = "t_other_m2") -> str:
        return self._square_metres(float(self.row[name]), near=getattr(self.rules, threshold))

    def _square_metres(self, value: float, *, near: float = math.inf) -> str:
        # Beside the threshold a rounded figure would seem to contradict the decision.
        decimals = 4 if abs(value - near) < 1 else 0
        numbers = NUMBERS[self.language]
        text = numbers.number(value, decimals=decimals)
        text = text.rstrip("0").rstrip(numbers.decimal_point) if decimals else text
        return f"{text}{self.say(THIN, ' ')}m²"

    def threshold(self, name: str) -> str:
        value = self._square_metres(getattr(self.rules, name))
        if not self.rules.is_law(name):
            return self.say(
                f"{value} (seuil choisi, pas celui de la loi)", f"{value} (a chosen threshold, not the law's)"
            )
        if name == "t_built_m2":
            return self.say(f"{value} (seuil de la loi pour le bâti)", f"{value} (the law's threshold for built land)")
        return self.say(
            f"{value} (seuil de la loi, annexe de l'article R.101-1 du code de l'urbanisme)",
            f"{value} (the law's threshold, annex of article R.101-1, code de l'urbanisme)",
        )


def explain(row: Mapping[str, Any], *, language: Language = "fr") -> str:
    """One sentence that says why a polygon has its status.

    Args:
        row: a row of an artificialisation, with the facts of the decision.
        language: of the sentence.

    Raises:
        SchemaError: the row lacks facts, or tells a status that was delivered without its decision.
    """
    missing = [name for name in ("code_cs", "code_us", *ADDED_COLUMNS, *FACT_COLUMNS) if name not in row]
    if missing:
        raise SchemaError(
            f"the row lacks {', '.join(missing)}", remedy="make the file again with `millesime artif FILE -o OUT`"
        )
    facts = _Facts(row, Parameters.from_rules(str(row["status_rules"])), language)
    step = str(row["status_step"])
    reasons = {
        "matrix": _by_matrix,
        "fill": _filled,
        "remove": _removed,
        "built": _kept,
        "fill+remove": _filled_then_removed,
        "remove+fill": _removed_then_filled,
    }
    if step not in reasons:
        raise SchemaError(
            f"the file tells no decision for this polygon: status_step is {step!r}",
            remedy="decide with `millesime artif FILE -o OUT`, and explain OUT",
        )
    reason = reasons[step](facts)
    return f"{_subject(facts)} {reason}{_reading(facts, step)}."


def _subject(facts: _Facts) -> str:
    cs, us = CS.get(str(facts.row["code_cs"])), US.get(str(facts.row["code_us"]))
    covers = facts.say(
        f"{cs.code} {cs.label_fr}, {us.code} {us.label_fr}", f"{cs.code} {cs.label_en}, {us.code} {us.label_en}"
    )
    named = _named(facts)
    verb = facts.say("est", "is")
    return f"{facts.say('Le polygone', 'Polygon')}{named} ({covers}) {verb} {facts.status(facts.is_artificial)}"


def _named(facts: _Facts) -> str:
    """The id; where the map has none, its polygons are called by their row."""
    name = facts.row.get("id")
    if not isinstance(name, str) or not name:
        return ""
    row = _ROW.fullmatch(name)
    return facts.say(f" de la ligne {row[1]}", f" of row {row[1]}") if row else f" {name}"


def _category(facts: _Facts) -> str:
    number = int(facts.row["category"])
    return facts.say(
        f"catégorie {number}° du décret, rattachement déduit par nous",
        f"category {number} of the decree, as we read it",
    )


def _patch(facts: _Facts, *, artificial: bool) -> str:
    area = facts.area("remove_patch_m2" if artificial else "fill_patch_m2")
    kind = facts.say(
        "l'îlot artificialisé" if artificial else "l'enclave non artificialisée",
        "artificial patch" if artificial else "non-artificial patch",
    )
    return facts.say(f"{kind} dont il fait partie mesure {area}", f"the {kind} that it belongs to has {area}")


def _by_matrix(facts: _Facts) -> str:
    artificial = facts.is_artificial
    start = facts.say(
        f"comme le dit la matrice couverture x usage ({_category(facts)})",
        f"as the matrix of cover and use says ({_category(facts)})",
    )
    area = float(facts.row["remove_patch_m2" if artificial else "fill_patch_m2"])
    patch, threshold = _patch(facts, artificial=artificial), facts.threshold("t_other_m2")
    if not area < facts.rules.t_other_m2:
        end = facts.say(
            f"et aucun seuil ne change ce statut : {patch}, au moins {threshold}",
            f"and no threshold changes that: {patch}, at least {threshold}",
        )
        return f"{start}, {end}"
    why = {
        "limit": facts.say(
            "à la limite des données connues, au-delà de laquelle rien ne dit ce qui l'entoure",
            "lies along the limit of the known data, and what surrounds it there is unknown",
        ),
        "several": facts.say(
            f"{'bordé' if artificial else 'bordée'} par plusieurs ensembles de l'autre statut et non par un seul",
            "lies between several patches of the other status, not within a single one",
        ),
    }.get(
        str(facts.row["patch_place"]), facts.say(f"non {'examiné' if artificial else 'examinée'}", "was not looked at")
    )
    end = facts.say(
        f"et garde ce statut : {patch}, moins de {threshold}, mais {why}",
        f"and keeps that status: {patch}, less than {threshold}, but {why}",
    )
    return f"{start}, {end}"


def _although(facts: _Facts) -> str:
    says = bool(facts.row["matrix_status"])
    return facts.say(
        f"alors que la matrice couverture x usage le dit {facts.status(says)} ({_category(facts)})",
        f"although the matrix of cover and use says {facts.status(says)} ({_category(facts)})",
    )


def _around(facts: _Facts, *, artificial: bool) -> str:
    if facts.is_simultaneous:
        return ""
    return facts.say(
        f", et qu'elle est entourée de sol {facts.status(True)}"
        if not artificial
        else f", et qu'il est entouré de sol {facts.status(False)}",
        f", and it is enclosed in {'artificial' if not artificial else 'non-artificial'} land",
    )


def _below(facts: _Facts, *, artificial: bool) -> str:
    less = facts.say("moins de", "less than")
    patch = _patch(facts, artificial=artificial)
    return f"{patch}, {less} {facts.threshold('t_other_m2')}{_around(facts, artificial=artificial)}"


def _filled(facts: _Facts) -> str:
    why = facts.say("parce que", "because")
    return f"{_although(facts)}, {why} {_below(facts, artificial=False)}"


def _removed(facts: _Facts) -> str:
    why = facts.say("parce que", "because")
    return f"{_although(facts)}, {why} {_below(facts, artificial=True)}"


def _kept(facts: _Facts) -> str:
    start = facts.say(
        f"et le reste bien que {_patch(facts, artificial=True)}, moins de {facts.threshold('t_other_m2')}",
        f"and stays so although {_patch(facts, artificial=True)}, less than {facts.threshold('t_other_m2')}",
    )
    if facts.is_simultaneous:
        return start + facts.say(
            ", parce que ce calcul garde tout polygone bâti, quelle que soit sa surface",
            ", because this computation keeps every built polygon, whatever its area",
        )
    if math.isnan(float(facts.row["built_patch_m2"])):
        return start + facts.say(
            f", parce qu'il a un côté commun avec un bâti d'au moins {facts.threshold('t_built_m2')}",
            f", because it shares an edge with a built patch of at least {facts.threshold('t_built_m2')}",
        )
    built = facts.area("built_patch_m2", threshold="t_built_m2")
    return start + facts.say(
        f", parce que son bâti mesure {built}, au moins {facts.threshold('t_built_m2')}",
        f", because its built patch has {built}, at least {facts.threshold('t_built_m2')}",
    )


def _filled_then_removed(facts: _Facts) -> str:
    fill, whole = facts.area("fill_patch_m2"), facts.area("remove_patch_m2")
    return facts.say(
        f"comme le dit la matrice ({_category(facts)}), mais en deux temps : son enclave de {fill} a été comblée, puis "
        f"retirée avec l'îlot artificialisé de {whole} qui l'entoure, lui aussi sous {facts.threshold('t_other_m2')}",
        f"as the matrix says ({_category(facts)}), but in two steps: its patch of {fill} was filled, then removed with "
        f"the artificial patch of {whole} around it, also below {facts.threshold('t_other_m2')}",
    )


def _removed_then_filled(facts: _Facts) -> str:
    own, whole = facts.area("remove_patch_m2"), facts.area("fill_patch_m2")
    return facts.say(
        f"comme le dit la matrice ({_category(facts)}), mais en deux temps : son îlot de {own} a été retiré, puis "
        f"comblé avec l'enclave non artificialisée de {whole} qui l'entoure, elle aussi sous "
        f"{facts.threshold('t_other_m2')}",
        f"as the matrix says ({_category(facts)}), but in two steps: its patch of {own} was removed, then filled with "
        f"the non-artificial patch of {whole} around it, also below {facts.threshold('t_other_m2')}",
    )


def _reading(facts: _Facts, step: str) -> str:
    """What in the sentence is not the law's."""
    if facts.is_simultaneous:
        return facts.say(
            " ; la façon d'appliquer le seuil est celle du calcul national de l'été 2024 (sparte-2024), abandonné "
            "depuis",
            "; how the threshold is applied is that of the national computation of summer 2024 (sparte-2024), since "
            "given up",
        )
    if step == "matrix":
        return facts.say(
            " ; la façon de délimiter l'ensemble est notre lecture", "; how the patch is delimited is our reading"
        )
    if step == "built":
        return facts.say(
            " ; jusqu'où le bâti protège ce qui l'entoure est notre lecture, la loi ne le dit pas",
            "; how far a building protects what surrounds it is our reading, the law does not say",
        )
    return facts.say(
        " ; ce que veut dire « entouré », et l'ordre des étapes, sont notre lecture, la loi ne les fixe pas",
        "; what counts as enclosed, and the order of the steps, are our reading, the law does not fix them",
    )
