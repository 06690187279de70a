"""The map of a vintage reconciled with its reference: what did not change keeps its geometry and its id."""
