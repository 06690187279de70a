"""Whether the statuses of two vintages are of one computation: a flux between two computations measures both."""

from __future__ import annotations

from millesime.artificialisation import Artificialisation

_BOTH_UNKNOWN = (
    "both statuses came with the files, and nothing in them tells by what rules: the flux is theirs, and flips near a "
    "threshold cannot be told apart"
)
_ONE_UNKNOWN = (
    "the status of the {which} vintage came with its file and tells no rules, those of the other one are known: a part "
    "of the flux may be the difference of two computations"
)
_DIFFER = "the statuses were decided by different rules, a part of the flux is their difference: {one} against {other}"


def status_warnings(first: Artificialisation, second: Artificialisation) -> tuple[str, ...]:
    """What a reader of a flux must know of the statuses behind it; nothing where one set of rules made both.

    Args:
        first: the earlier vintage.
        second: the later one.
    """
    one, other = _rules(first), _rules(second)
    if one is None and other is None:
        return (_BOTH_UNKNOWN,)
    if one is None or other is None:
        return (_ONE_UNKNOWN.format(which="earlier" if one is None else "later"),)
    return () if one == other else (_DIFFER.format(one=" | ".join(sorted(one)), other=" | ".join(sorted(other))),)


def _rules(side: Artificialisation) -> frozenset[str] | None:
    """The rules beside each status; None where they are not told."""
    if "status_rules" not in side.frame.columns or side.frame["status_rules"].isna().any():
        return None
    return frozenset(map(str, side.frame["status_rules"].unique()))
