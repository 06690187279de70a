"""The planner: from a seed and a size, the demo territory at any date between 2017 and 2022."""

from millesime.demo.plan.scenes import FIRST_YEAR, LIVELY, RARE, SECOND_YEAR, Scenes, make_scenes

__all__ = ["FIRST_YEAR", "LIVELY", "RARE", "SECOND_YEAR", "Scenes", "make_scenes"]
