"""Estimators of accuracy and of areas from samples of control points, with their intervals."""

from __future__ import annotations
