"""Cover classes: what a segmentation model predicts, before OCS GE's codes.

Three integer codings of nearly the same classes exist (FLAIR#1/#2, FLAIR-HUB, CoSIA) and a mix-up still looks
plausible on a screen. So a nomenclature is a named, versioned object: every class raster carries its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from millesime.errors import CodeError
from millesime.nomenclature.tables import read_table


@dataclass(frozen=True)
class CoverClass:
    """One class of cover."""

    value: int
    """Pixel value in class rasters."""

    name: str
    """Name in French, as delivered (Zone imperméable); files are keyed on the name rather than the value."""

    colour: str
    """Display colour, '#rrggbb'."""

    cs_code: str | None = None
    """CS code that the class is recoded to when nothing better is known; inferred, no table is published."""

    @property
    def rgb(self) -> tuple[int, int, int]:
        """The colour as three integers from 0 to 255."""
        return int(self.colour[1:3], 16), int(self.colour[3:5], 16), int(self.colour[5:7], 16)


@dataclass(frozen=True)
class CoverNomenclature:
    """A named list of cover classes."""

    name: str
    version: str

    classes: tuple[CoverClass, ...]
    """In order of value."""

    nodata: int | None = 0
    """Value of pixels without data; None where every value is a class (FLAIR-HUB's masks)."""

    _by_value: dict[int, CoverClass] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.classes, key=lambda item: item.value))
        object.__setattr__(self, "classes", ordered)
        object.__setattr__(self, "_by_value", {item.value: item for item in ordered})
        names = [item.name for item in ordered]
        if len(self._by_value) != len(ordered) or len(set(names)) != len(names):
            raise CodeError(f"nomenclature {self.name!r} holds a value or a name twice")
        if self.nodata is not None and self.nodata in self._by_value:
            raise CodeError(f"nomenclature {self.name!r}: value {self.nodata} is both a class and NoData")

    @property
    def values(self) -> tuple[int, ...]:
        """The pixel values of the classes, increasing."""
        return tuple(item.value for item in self.classes)

    def by_value(self, value: int) -> CoverClass:
        """The class of a pixel value.

        Raises:
            CodeError: no class has this value.
        """
        if value not in self._by_value:
            raise CodeError(
                f"{value} is not a class of {self.name!r}",
                remedy=f"values are {', '.join(map(str, self.values))}",
            )
        return self._by_value[value]

    def by_name(self, name: str) -> CoverClass:
        """The class of a name.

        Raises:
            CodeError: no class has this name.
        """
        for item in self.classes:
            if item.name == name:
                return item
        raise CodeError(
            f"{name!r} is not a class of {self.name!r}",
            remedy=f"names are {', '.join(item.name for item in self.classes)}",
        )

    def colour_table(self) -> dict[int, tuple[int, int, int, int]]:
        """Colour of each value as red, green, blue, opacity from 0 to 255; NoData is transparent."""
        table = {item.value: (*item.rgb, 255) for item in self.classes}
        if self.nodata is not None:
            table[self.nodata] = (0, 0, 0, 0)
        return table

    def require(self, values: Iterable[int]) -> None:
        """Check that every value is a class or NoData.

        Raises:
            CodeError: tells all the unknown values together.
        """
        unknown = sorted({int(v) for v in values} - set(self.values) - {self.nodata})
        if unknown:
            raise CodeError(f"values {unknown} are not classes of {self.name!r}")


def _cosia() -> CoverNomenclature:
    rows = [row for row in read_table("cosia") if row["value"]]
    return CoverNomenclature(
        name="cosia",
        version="1",
        classes=tuple(
            CoverClass(int(row["value"]), row["name"], row["colour"], row["cs_code"] or None) for row in rows
        ),
    )


def _flair(name: str, column: str, *, nodata: int | None) -> CoverNomenclature:
    return CoverNomenclature(
        name=name,
        version="1",
        classes=tuple(CoverClass(int(row[column]), row["name_fr"], row["flair_hex"]) for row in read_table("flair")),
        nodata=nodata,
    )


#: CoSIA as delivered: 15 numbered classes. The numbers are those of third-party readers of the deliveries
#: (secondary); another coding has been seen, so that files are checked by name too.
COSIA = _cosia()

#: Masks of FLAIR#1 and FLAIR#2: values 1 to 19, model index = value - 1.
FLAIR1 = _flair("flair1", "flair1_value", nodata=0)

#: Masks of FLAIR-HUB: values 0 to 18, which are the model's indices too; no value is left for NoData.
FLAIR_HUB = _flair("flair-hub", "hub_value", nodata=None)

_ALL = {item.name: item for item in (COSIA, FLAIR1, FLAIR_HUB)}


def cover(name: str) -> CoverNomenclature:
    """The cover nomenclature called `name`: 'cosia', 'flair1' or 'flair-hub'.

    Raises:
        CodeError: there is none of that name.
    """
    if name not in _ALL:
        raise CodeError(f"no cover nomenclature is called {name!r}", remedy=f"use one of {', '.join(_ALL)}")
    return _ALL[name]
