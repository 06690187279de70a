"""The lexicon knows every rule that the chain can write, and the Fichiers fonciers stay untold."""

from __future__ import annotations

import inspect
import re

import pandas as pd
import pytest

from millesime.artificialisation import STEP_LABELS
from millesime.ocsge_auto import ossature
from millesime.ocsge_auto.cover_rules import COVER_RULES
from millesime.ocsge_auto.product import MANUAL_RULE
from millesime.ocsge_auto.use_rules import LAST_RULES, USE_RULES
from millesime.ocsge_auto.use_table import BUILDINGS, PLACES, STANDS, VEGETATION, WATERS
from millesime.publication.lexicon import deliverable_rules, lexicon, sentences

#: Rules that write the names of their rows, not their own.
TABLED = {"network", "building.state", "building.usage", "place.sure", "place", "place.weak"}
TABLED |= {"water", "forest", "vegetation"}


def emitted() -> dict[str, set[str]]:
    rows = {row.rule for table in (BUILDINGS, PLACES, STANDS, VEGETATION, WATERS) for row in table}
    networks = set(re.findall(r"\"(bd_topo\.(?:\w+road|road|railway|tram))\"", inspect.getsource(ossature)))
    assert len(networks) == 4
    own = {rule.rule for rule in (*USE_RULES, *LAST_RULES)} - TABLED
    return {
        "cs_rule": {"cosia", MANUAL_RULE, *(rule.rule for rule in COVER_RULES)},
        "us_rule": set(deliverable_rules(pd.Series(sorted(rows | networks | own)))) | {"neighbours", MANUAL_RULE},
        "status_step": set(STEP_LABELS),
    }


@pytest.mark.parametrize("column", ["cs_rule", "us_rule", "status_step"])
def test_every_rule_has_one_sentence(column):
    table = lexicon()
    known = table[table["colonne"] == column]
    assert set(known["valeur"]) == emitted()[column]
    assert known["valeur"].is_unique
    assert (known["sens"].str.len() > 3).all()


def test_the_decisive_rule_is_told():
    chains = pd.Series(["cosia;cosia.small_built;building", "cosia", "nowhere"])
    told = sentences(chains, "cs_rule").tolist()
    assert told[0].startswith("Emprise d'un bâtiment")
    assert told[1].startswith("Classe de la couverture")
    assert told[2] == "Règle nowhere"


def test_clauses_of_the_land_files_are_not_told():
    chains = pd.Series(["parcel.dwellings", "parcel.premises;operation", "parcel.mixed", "rpg"])
    assert deliverable_rules(chains).tolist() == [
        "fichiers_fonciers",
        "fichiers_fonciers;operation",
        "fichiers_fonciers",
        "rpg",
    ]
