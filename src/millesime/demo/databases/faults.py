"""How far the databases are from the ground: one table, in two editions.

The rates of `AS_REAL` are those that the demo announces; `PERFECT` turns every fault and every lag off, which
shows what the chain itself does wrong.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Faults:
    """Rates are shares of the objects between 0 and 1; distances are metres; lags are years."""

    bd_topo_lag_years: int
    """Age of BD TOPO on the day of the flight: it describes the ground as it was that many years before."""
    rpg_lag_years: int
    bd_foret_lag_years: int
    fichiers_fonciers_lag_years: int

    buildings_missing: float
    """Buildings that stand and are not in BD TOPO."""
    buildings_gone: float
    """Buildings of BD TOPO that were demolished; a share of those it should hold."""
    footprint_rms_m: float
    """Root mean square of the shift of a footprint, all directions together."""
    usage_unknown: float
    """Buildings whose usage_1 is 'Indifférencié' though something is known on the ground."""
    dwellings_unknown: float
    """Buildings whose nombre_de_logements is empty."""

    line_offset_max_m: float
    """Centre lines of roads and rails, and shores, are off by up to this; the shift is smooth, so that what
    meets on the ground meets in the database."""
    road_width_empty: float
    """Road sections without largeur_de_chaussee; paths and tracks first."""

    fields_undeclared: float
    """Fields that no farmer declares."""
    field_inset_min_m: float
    """Declared borders stay inside the field by this at least..."""
    field_inset_max_m: float
    """... and by this at most."""

    stand_min_m2: float
    """BD Forêt has no stand below this."""
    stand_tolerance_m: float
    """Tolerance by which BD Forêt's outlines are simplified."""

    parcels_unmatched: float
    """Parcels with dwellings or premises whose tax records are tied to no parcel."""

    grid_m: float
    """Step to which producers round their coordinates."""


AS_REAL = Faults(
    bd_topo_lag_years=1,
    rpg_lag_years=1,
    bd_foret_lag_years=2,
    fichiers_fonciers_lag_years=2,
    buildings_missing=0.03,
    buildings_gone=0.02,
    footprint_rms_m=0.5,
    usage_unknown=0.05,
    dwellings_unknown=0.30,
    line_offset_max_m=1.0,
    road_width_empty=0.35,
    fields_undeclared=0.08,
    field_inset_min_m=1.0,
    field_inset_max_m=3.0,
    stand_min_m2=5000.0,
    stand_tolerance_m=10.0,
    parcels_unmatched=0.05,
    grid_m=0.1,
)

#: BD Forêt keeps its minimum of half a hectare: that is its specification, not a fault.
PERFECT = Faults(
    bd_topo_lag_years=0,
    rpg_lag_years=0,
    bd_foret_lag_years=0,
    fichiers_fonciers_lag_years=0,
    buildings_missing=0.0,
    buildings_gone=0.0,
    footprint_rms_m=0.0,
    usage_unknown=0.0,
    dwellings_unknown=0.0,
    line_offset_max_m=0.0,
    road_width_empty=0.0,
    fields_undeclared=0.0,
    field_inset_min_m=0.0,
    field_inset_max_m=0.0,
    stand_min_m2=5000.0,
    stand_tolerance_m=0.0,
    parcels_unmatched=0.0,
    grid_m=0.01,
)
