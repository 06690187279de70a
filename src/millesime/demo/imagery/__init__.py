"""Imagery of the demo: a scene seen from the air, as orthos and height models."""

from millesime.demo.imagery.look import LOOKS, Look, look_of
from millesime.demo.imagery.write import ImageryFiles, write

__all__ = ["LOOKS", "ImageryFiles", "Look", "look_of", "write"]
