"""What a portrait of files tells of how it was made: files, reading, comparison, and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyproj

from millesime.evaluation.sample import ChangeFigure, change_interval
from millesime.publication.control import Checked
from millesime.publication.portrait import Background
from millesime.publication.portrait.cautions import Caution
from millesime.publication.portrait.page import Fact, SourceFact
from millesime.publication.portrait.quality import QualityRow, QualityTable
from millesime.publication.portrait.wording import Language, Words, words
from millesime.publication.portrait_of_files.assembling import Compared, OfFiles
from millesime.publication.portrait_of_files.reading_told import reading_told
from millesime.publication.portrait_of_files.vintages import FileVintage
from millesime.publication.portrait_of_files.wording import FileTexts, file_texts

#: Figures of the indicators that control points tell of.
_FIGURES: Mapping[ChangeFigure, str] = {"artificialised": "gain", "desartificialised": "loss", "net": "net"}

#: Ground that would be shown as 0,00 ha.
_NEGLIGIBLE_HA = 0.005

#: From this share of the zone on, what the files do not cover is a caution.
_MISSING_SHARE = 0.001

#: Characters of a fingerprint that are shown.
_SHOWN = 12


def describe_files(
    of: OfFiles,
    fingerprints: Mapping[int, tuple[str, str]],
    *,
    licence: str = "",
    language: Language = "fr",
    checked: Checked | None = None,
) -> Background:
    """Facts, sources, cautions and trust of a portrait made of files.

    Args:
        of: the vintages, the zone and the comparison.
        fingerprints: year -> name of the file and its SHA-256.
        licence: of the files; that of IGN's deliveries when not said.
        language: of all the texts; the page must be built in the same.
        checked: what control points say of the zone; None when nothing was checked.
    """
    teller = _Teller(of, words(language), file_texts(language), language, checked)
    texts = teller.texts
    return Background(
        facts=teller.facts(),
        sources=tuple(
            SourceFact(
                texts.source.format(kind=vintage.layer.kind, year=vintage.year, file=fingerprints[vintage.year][0]),
                texts.supplied,
                licence or texts.licence_of_ign,
                fingerprints[vintage.year][1][:_SHOWN],
            )
            for vintage in of.vintages
        )
        + teller.control_source(),
        steps=(),
        quality_intro=teller.quality_intro(),
        quality=teller.quality(),
        trust=teller.trust(),
        errors=texts.errors,
        measured_told=texts.errors_controlled,
        more_cautions=tuple(teller.cautions()),
    )


@dataclass(frozen=True)
class _Teller:
    """A portrait and the language that it is told in."""

    of: OfFiles
    said: Words
    texts: FileTexts
    language: Language
    checked: Checked | None

    def facts(self) -> tuple[Fact, ...]:
        of, texts, shared = self.of, self.texts, self.said.texts.sources
        name = pyproj.CRS.from_user_input(of.material.crs).name
        years = self.said.years(*(vintage.year for vintage in of.vintages))
        comparison = (Fact(texts.comparison, self._comparison(of.compared)),) if of.compared is not None else ()
        return (
            Fact(shared.vintages, shared.vintages_body.format(years=years)),
            Fact(texts.zone, self._zone()),
            Fact(shared.product, shared.product_body),
            *(Fact(texts.reading.format(year=vintage.year), self._reading(vintage)) for vintage in of.vintages),
            Fact(shared.artificial, self._status()),
            *comparison,
            Fact(shared.projection, shared.projection_body.format(name=name, code=of.material.crs)),
            Fact(shared.licence, texts.licence_body),
        )

    def trust(self) -> str:
        """How sure the figures are: what was measured, and how much of the flux rests on what."""
        of, texts, numbers = self.of, self.texts, self.said.numbers
        compared = of.compared
        trust = self._control()
        if compared is None:
            return trust
        year, code, table = compared.years[1], of.zone.code, of.material.indicators
        gain, loss, without = (
            table.value("artificialisation", name, year=year, code=code)
            for name in ("gain", "loss", "flux_without_code_change")
        )
        if gain + loss < _NEGLIGIBLE_HA:
            return f"{trust} {texts.trust_nothing}"
        flux = numbers.hectares(gain + loss)
        doubts = (
            (texts.noise, compared.noise_gain_ha + compared.noise_loss_ha),
            (texts.without, without),
            (texts.near, compared.near_threshold_ha),
        )
        parts = [text.format(area=numbers.hectares(area)) for text, area in doubts if area >= _NEGLIGIBLE_HA]
        if not parts:
            return f"{trust} {texts.trust_all_change.format(flux=flux)}"
        return f"{trust} {texts.trust_some.format(flux=flux, parts=texts.between.join(parts))}"

    def _control(self) -> str:
        """The intervals of the change, or why there is none."""
        if self.checked is None or not self.checked.has_interval:
            why = change_interval(None) if self.checked is None else self.checked.shown[0]
            return f"{why.sentence(self.language)} {self.texts.trust}"
        told = [item.sentence(self.language) for item in self.checked.shown if item.figure != "desartificialised"]
        return " ".join([*told, self.texts.adjusted])

    def quality_intro(self) -> str:
        """What was measured, or that nothing was."""
        if self.checked is None:
            return self.texts.not_measured
        if not self.checked.has_interval:
            return f"{self.checked.shown[0].sentence(self.language)} {self.texts.other_ground}"
        return self.texts.controlled

    def quality(self) -> tuple[QualityTable, ...]:
        """The change on the map beside the change that the points tell."""
        of, texts, said = self.of, self.texts, self.said
        if self.checked is None or not self.checked.has_interval or of.compared is None:
            return ()
        bare, table = said.numbers.bare_hectares, of.material.indicators
        first, second = of.compared.years
        rows = []
        for item in self.checked.shown:
            name, label = _FIGURES[item.figure], texts.controlled_figures[item.figure]
            mapped = table.value("artificialisation", name, year=second, code=of.zone.code)
            shown = (item.value_ha or 0.0, item.low_ha or 0.0, item.high_ha or 0.0)
            rows.append(QualityRow(label, (bare(mapped), *(bare(value) for value in shown))))
        return (
            QualityTable(
                texts.control_title.format(first=first, second=second),
                said.count(texts.control_points, self.checked.shown[0].points),
                texts.control_told,
                (texts.control_map, texts.control_estimate, texts.control_low, texts.control_high),
                tuple(rows),
                said.texts.quality.row_measure,
            ),
        )

    def control_source(self) -> tuple[SourceFact, ...]:
        """The file of the points."""
        if self.checked is None:
            return ()
        texts = self.texts
        title = texts.control_source.format(file=self.checked.file)
        return (SourceFact(title, texts.supplied, texts.control_licence, self.checked.fingerprint[:_SHOWN]),)

    def cautions(self) -> list[Caution]:
        of, texts = self.of, self.texts
        found = []
        if of.compared is not None and of.compared.warnings:
            unknown = "unknown" in [vintage.layer.generations[0] for vintage in of.vintages]
            found.append(Caution(texts.comparable, texts.unknown_generation if unknown else texts.two_generations))
        if of.zone_ha and of.zone_ha - of.covered_ha >= _MISSING_SHARE * of.zone_ha:
            found.append(Caution(texts.not_covered, texts.not_covered_body.format(**self._missing(of.zone_ha))))
        if {vintage.is_official_status for vintage in of.vintages} == {True, False}:
            found.append(Caution(texts.two_origins, texts.two_origins_body))
        return found

    def _missing(self, zone_ha: float) -> dict[str, str]:
        area, numbers = zone_ha - self.of.covered_ha, self.said.numbers
        return {"area": numbers.hectares(area), "share": numbers.percent(100 * area / zone_ha)}

    def _zone(self) -> str:
        of, texts, numbers = self.of, self.texts, self.said.numbers
        if of.zone_ha is None:
            return texts.zone_whole.format(area=numbers.hectares(of.covered_ha))
        level = texts.levels[of.zone.level].format(code=of.zone.code)
        told = texts.zone_cut.format(name=of.zone.name, level=level, area=numbers.hectares(of.zone_ha))
        if of.zone_ha - of.covered_ha < _NEGLIGIBLE_HA:
            return told
        return f"{told} {texts.zone_missing.format(**self._missing(of.zone_ha))}"

    def _reading(self, vintage: FileVintage) -> str:
        texts = self.texts
        told = f"{texts.layer.format(name=vintage.layer.name)} {reading_told(vintage.layer, self.language)}"
        return told if vintage.built_zone is None else f"{told} {texts.built_zone}"

    def _status(self) -> str:
        texts, vintages = self.texts, self.of.vintages
        official = [vintage for vintage in vintages if vintage.is_official_status]
        computed = [vintage for vintage in vintages if not vintage.is_official_status]
        told = [
            text.format(years=self._years(found))
            for text, found in ((texts.computed, computed), (texts.read_as_is, official))
            if found
        ]
        rules = dict.fromkeys(rule for vintage in computed for rule in vintage.other_rules)
        if rules:
            told.append(texts.other_rules.format(rules=", ".join(f"{name} = {value}" for name, value in rules)))
        flags = sum(vintage.other_flags for vintage in official)
        if flags:
            told.append(self.said.count(texts.flags, flags))
        return " ".join(told)

    def _years(self, vintages: Sequence[FileVintage]) -> str:
        return self.said.years(*(vintage.year for vintage in vintages))

    def _comparison(self, compared: Compared) -> str:
        (first, second), texts, numbers = compared.years, self.texts, self.said.numbers
        told = [texts.compared.format(first=first, second=second)]
        if compared.tolerance_m > 0:
            metres = numbers.number(compared.tolerance_m, decimals=1)
            told.append(texts.snapped.format(first=first, second=second, metres=metres))
        if sum(compared.alone_ha) >= _NEGLIGIBLE_HA:
            told.append(texts.alone.format(area=numbers.hectares(sum(compared.alone_ha))))
        return " ".join(told)
