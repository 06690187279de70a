"""The final map: what people changed (operations) replayed on the updated automatic map."""

from millesime.ocsge_final.operations import ANY, Reclass, parse_operations

__all__ = ["ANY", "Reclass", "parse_operations"]
