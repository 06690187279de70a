"""The indicators: one tidy table, each row one figure of one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from millesime.errors import SchemaError

COLUMNS = ("level", "code", "name", "theme", "indicator", "item", "year_from", "year_to", "value", "unit")

#: (theme, indicator) -> (unit, what it says in French). `item` is '' unless said otherwise. Stocks are of the year
#: `year_to` and have no `year_from`; flows go from `year_from` to `year_to`.
INDICATORS: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        ("territory", "area"): ("ha", "surface couverte par la carte"),
        ("territory", "covered_share"): ("%", "part du territoire couverte par la carte"),
        # item: COMPLETE_UNIFORM, COMPLETE_NOT_UNIFORM, PARTIAL or NO_DATA
        ("territory", "status"): ("count", "état des données du territoire"),
        # item: the year; `year_to` is the latest one of the same vintage in the place
        ("territory", "vintage_area"): ("ha", "surface couverte par millésime"),
        # item: code of the cover (CS) or of the use (US)
        ("cover", "stock"): ("ha", "surface par couverture"),
        ("cover", "share"): ("%", "part de la surface par couverture"),
        ("cover", "artificial_stock"): ("ha", "surface artificialisée par couverture"),
        ("cover", "gain"): ("ha", "surface gagnée par couverture (nouveau code)"),
        ("cover", "loss"): ("ha", "surface perdue par couverture (ancien code)"),
        ("cover", "net"): ("ha", "gain moins perte par couverture"),
        ("cover", "net_per_year"): ("ha/year", "gain moins perte par an et par couverture"),
        # item: 'OLD>NEW'
        ("cover", "transition"): ("ha", "surface passée d'une couverture à une autre"),
        # item: the new code
        ("cover", "artificial_gain"): ("ha", "surface devenue artificialisée par nouvelle couverture"),
        ("cover", "artificial_loss"): ("ha", "surface qui a cessé d'être artificialisée par nouvelle couverture"),
        ("use", "stock"): ("ha", "surface par usage"),
        ("use", "share"): ("%", "part de la surface par usage"),
        ("use", "artificial_stock"): ("ha", "surface artificialisée par usage"),
        ("use", "impervious_stock"): ("ha", "surface imperméable par usage"),
        ("use", "gain"): ("ha", "surface gagnée par usage (nouveau code)"),
        ("use", "loss"): ("ha", "surface perdue par usage (ancien code)"),
        ("use", "net"): ("ha", "gain moins perte par usage"),
        ("use", "net_per_year"): ("ha/year", "gain moins perte par an et par usage"),
        ("use", "transition"): ("ha", "surface passée d'un usage à un autre"),
        ("use", "artificial_gain"): ("ha", "surface devenue artificialisée par nouvel usage"),
        ("use", "artificial_loss"): ("ha", "surface qui a cessé d'être artificialisée par nouvel usage"),
        ("artificialisation", "stock"): ("ha", "surface artificialisée, seuils compris"),
        ("artificialisation", "share"): ("%", "part de la surface artificialisée"),
        ("artificialisation", "changed_by_thresholds"): ("ha", "surface dont le statut n'est pas celui de la matrice"),
        ("artificialisation", "gain"): ("ha", "surface devenue artificialisée"),
        ("artificialisation", "loss"): ("ha", "surface qui a cessé d'être artificialisée"),
        ("artificialisation", "net"): ("ha", "artificialisation nette"),
        ("artificialisation", "gain_per_year"): ("ha/year", "surface devenue artificialisée, par an"),
        ("artificialisation", "loss_per_year"): ("ha/year", "surface qui a cessé d'être artificialisée, par an"),
        ("artificialisation", "net_per_year"): ("ha/year", "artificialisation nette par an"),
        ("artificialisation", "flux_without_code_change"): (
            "ha",
            "flux (gain plus perte) dû aux seuls seuils : ni couverture ni usage n'ont changé",
        ),
        ("imperviousness", "stock"): ("ha", "surface imperméable"),
        ("imperviousness", "share"): ("%", "part de la surface imperméable"),
        ("imperviousness", "gain"): ("ha", "surface devenue imperméable"),
        ("imperviousness", "loss"): ("ha", "surface qui a cessé d'être imperméable"),
        ("imperviousness", "net"): ("ha", "imperméabilisation nette"),
        ("imperviousness", "gain_per_year"): ("ha/year", "surface devenue imperméable, par an"),
        ("imperviousness", "loss_per_year"): ("ha/year", "surface qui a cessé d'être imperméable, par an"),
        ("imperviousness", "net_per_year"): ("ha/year", "imperméabilisation nette par an"),
        # item: a key of planning.ZONES
        ("planning", "area"): ("ha", "surface par type de zone du document d'urbanisme"),
        ("planning", "artificial_stock"): ("ha", "surface artificialisée par type de zone"),
        ("planning", "artificial_share"): ("%", "part artificialisée de la zone"),
        ("planning", "artificial_gain"): ("ha", "surface devenue artificialisée par type de zone"),
        ("planning", "artificial_loss"): ("ha", "surface qui a cessé d'être artificialisée par type de zone"),
        ("planning", "artificial_net"): ("ha", "artificialisation nette par type de zone"),
        ("planning", "artificial_net_per_year"): ("ha/year", "artificialisation nette par an et par type de zone"),
        ("sprawl", "edge_density"): ("m/ha", "longueur de lisière des sols artificialisés par hectare"),
        ("sprawl", "isolated_patches"): ("count", "nombre de taches bâties isolées"),
        ("sprawl", "isolated_area"): ("ha", "surface des taches bâties isolées"),
        ("sprawl", "built_zone"): ("ha", "surface de la zone construite"),
        ("sprawl", "built_zone_net"): ("ha", "extension nette de la zone construite"),
        ("sprawl", "built_zone_net_per_year"): ("ha/year", "extension nette de la zone construite par an"),
        ("sprawl", "built_gain"): ("ha", "surface nouvellement bâtie"),
        ("sprawl", "built_gain_outside"): ("ha", "surface nouvellement bâtie hors de la zone construite de départ"),
        ("sprawl", "built_gain_outside_share"): (
            "%",
            "part de la surface nouvellement bâtie hors de la zone construite de départ",
        ),
        ("sprawl", "artificial_gain_outside"): (
            "ha",
            "surface devenue artificialisée hors de la zone construite de départ",
        ),
        ("sprawl", "artificial_gain_outside_share"): (
            "%",
            "part de la surface devenue artificialisée hors de la zone construite de départ",
        ),
        ("change", "area"): ("ha", "surface dont la couverture, l'usage ou le statut diffère"),
        ("change", "sliver_area"): ("ha", "dont éclats trop fins pour être distingués d'une limite déplacée"),
        ("change", "pieces"): ("count", "nombre de morceaux changés, éclats non compris"),
    }
)


@dataclass(frozen=True)
class Indicators:
    """Figures of a territory and of the places in it. The table checks itself when made."""

    table: pd.DataFrame
    """Columns of COLUMNS. `level` one of `places.LEVELS`; `code` of the place; `theme` and `indicator`, a key of
    INDICATORS; `item` code or pair of codes or ''; `year_from` nullable integer; `year_to` integer; `value` float in
    `unit` ('ha', '%', 'ha/year', 'm/ha', 'count'). A code that a place does not have has no row."""

    def __post_init__(self) -> None:
        if tuple(self.table.columns) != COLUMNS:
            raise SchemaError(f"indicators must have the columns {', '.join(COLUMNS)}, got {list(self.table.columns)}")
        pairs = self.table[["theme", "indicator", "unit"]].drop_duplicates()
        wrong = [row for row in pairs.itertuples(index=False) if INDICATORS.get((row[0], row[1]), ("",))[0] != row[2]]
        if wrong:
            raise SchemaError(f"unknown indicators or units: {[tuple(row) for row in wrong]}")
        key = [name for name in COLUMNS if name not in {"name", "value", "unit"}]
        if self.table.duplicated(key).any():
            raise SchemaError("a figure is told twice")
        if self.table["value"].isna().any():
            raise SchemaError("a figure has no value")

    def value(
        self,
        theme: str,
        indicator: str,
        *,
        item: str = "",
        year: int,
        code: str,
        level: str = "territory",
        since: int | None = None,
    ) -> float:
        """One figure; 0 when the place does not have this item.

        Args:
            theme: with `indicator`, a key of INDICATORS.
            indicator: see there.
            item: code, pair of codes or ''.
            year: `year_to`.
            code: of the place.
            level: of the place.
            since: `year_from` of a flux; may be left out where a single one leads to `year`.

        Raises:
            SchemaError: fluxes from several vintages lead to `year`, and none is chosen: they are never summed.
        """
        table = self.table
        keep = (
            (table["theme"] == theme)
            & (table["indicator"] == indicator)
            & (table["item"] == item)
            & (table["year_to"] == year)
            & (table["level"] == level)
            & (table["code"] == code)
        )
        if since is not None:
            keep &= (table["year_from"] == since).fillna(False)
        found = table[keep]
        if len(found) > 1:
            years = ", ".join(str(value) for value in found["year_from"])
            raise SchemaError(f"{theme} {indicator} of {year} is told from {years}", remedy="say from which one")
        return float(found["value"].sum())
