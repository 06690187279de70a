"""The portrait in French and in English: the same texts in both, and no word of one in the other."""

from __future__ import annotations

import html as html_module
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from string import Formatter

import pytest
from portrait_pages import page_of

import millesime.publication
from millesime.nomenclature import COSIA, CS, US
from millesime.publication.portrait import render
from millesime.publication.portrait.wording import ENGLISH, FRENCH, Plural
from millesime.publication.portrait.wording.keys import Texts
from millesime.written_numbers import ENGLISH_NUMBERS

FIXED, MINUS = "\u00a0", "\u2212"

#: Proper names, in their own language in both.
NAMES = (
    "Val d’Essai <& Co>",
    "Essai-le-Haut",
    "L’Étang",
    "Fichiers fonciers",
    "Licence Ouverte",
    "BD TOPO",
    "RGF93 v1",
)

FRENCH_WORDS = (
    "le la les des du de un une sur dans en et ou où par pour qui que est sont sol sols millésime carte couverture "
    "usage aucun année années ans surface gagné perdu solde écart vérité nord légende voir"
)
ENGLISH_WORDS = (
    "the of and or in to from with is are was land which what where when how no not none year years area cover use map "
    "share gained lost left truth north legend see became artificial impervious vintage"
)


def leaves(texts: object, path: str = "") -> dict[str, str]:
    """Every text by its dotted name."""
    found: dict[str, str] = {}
    for field in fields(texts):
        value, name = getattr(texts, field.name), f"{path}{field.name}"
        if is_dataclass(value):
            found |= leaves(value, f"{name}.")
        elif isinstance(value, str):
            found[name] = value
        else:
            found |= {f"{name}[{key}]": text for key, text in value.items()}
    return found


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def visible(page_html: str) -> str:
    """What a reader sees or hears: text and the attributes that are read aloud, proper names left out."""
    body = re.sub(r"<(style|script)>.*?</\1>", " ", page_html, flags=re.DOTALL)
    spoken = r'(?:alt|title|aria-label|content|data-label|data-value-text)="([^"]*)"'
    text = html_module.unescape("\n".join([*re.findall(spoken, body), re.sub(r"<[^>]+>", "\n", body)]))
    text = text.replace("\u00ad", "").replace("width=device-width", "")
    for name in NAMES:
        text = text.replace(name, " ")
    return text


def words_in(text: str, marked: str) -> set[str]:
    return {word for word in re.findall(r"[a-zà-ÿ]+", text.lower()) if word in set(marked.split())}


@pytest.fixture(scope="module")
def shown(delivered) -> dict[str, str]:
    """All the pages of a language, as text: two vintages measured, two not measured, one vintage."""
    cases = ({}, {"measured": False}, {"year": 2019})
    return {
        language: "\n".join(visible(render(page_of(delivered, language, **case))) for case in cases)
        for language in ("fr", "en")
    }


def test_both_languages_have_every_text_with_the_same_places():
    french, english = leaves(FRENCH.texts), leaves(ENGLISH.texts)
    # English needs no article before the name of a producer.
    own = {name for name in french if name.startswith("sources.producer_of")}
    assert french.keys() - own == english.keys()
    for name, text in english.items():
        assert text.strip(), name
        assert places(text) == places(french[name]), name


def test_every_text_is_used():
    root = Path(millesime.publication.__file__).parent
    files = [
        *root.glob("portrait/*.py"),
        root / "portrait" / "wording" / "__init__.py",
        *root.glob("templates/*.jinja"),
    ]
    sources = "\n".join(file.read_text(encoding="utf-8") for file in files)

    def unused(kind: type) -> set[str]:
        return {field.name for field in fields(kind) if not re.search(rf"\.{field.name}\b", sources)}

    parts = [type(getattr(FRENCH.texts, field.name)) for field in fields(Texts)]
    assert {kind.__name__: unused(kind) for kind in parts if is_dataclass(kind) and kind is not Plural} == {
        kind.__name__: set() for kind in parts if is_dataclass(kind)
    }


def test_no_french_is_left_in_english(shown):
    assert words_in(shown["en"], FRENCH_WORDS) == set()
    assert re.findall(r"\S*[àâäçèéêëîïôöùûüœÀÂÇÈÉÊËÎÏÔÙÛŒ«»]\S*", shown["en"]) == []
    assert re.findall(r"\d,\d\d\b(?!\d)", shown["en"]) == []


def test_no_english_is_left_in_french(shown):
    assert words_in(shown["fr"], ENGLISH_WORDS) == set()
    assert re.findall(r"\d\.\d+ ?(?:ha|%)", shown["fr"]) == []


def test_marker_words_do_mark(shown):
    """Neither list would pass its own language: what the two tests above look for is there to be found."""
    assert len(words_in(shown["fr"], FRENCH_WORDS)) > 25
    assert len(words_in(shown["en"], ENGLISH_WORDS)) > 25


def test_no_place_is_left_unfilled(shown):
    for text in shown.values():
        assert set(re.findall(r"\{\w*\}", text)) <= {"{percent}"}  # filled by the script


def test_the_page_says_its_language(delivered):
    for language in ("fr", "en"):
        assert f'<html lang="{language}">' in render(page_of(delivered, language))


def test_both_languages_tell_the_same_figures(shown):
    french = [text.replace("\u202f", "").replace(",", ".") for text in re.findall(r"[\d\u202f]+,\d\d", shown["fr"])]
    english = [text.replace(",", "") for text in re.findall(r"[\d,]+\.\d\d", shown["en"])]
    assert len(french) > 100
    assert sorted(french) == sorted(english)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (ENGLISH_NUMBERS.hectares(999.5), f"999.50{FIXED}ha"),
        (ENGLISH_NUMBERS.hectares(1234.5), f"1,234{FIXED}ha"),
        (ENGLISH_NUMBERS.number(1234.5, decimals=1), "1,234.5"),
        (ENGLISH_NUMBERS.number(-1234.5, decimals=1), f"{MINUS}1,234.5"),
        (ENGLISH_NUMBERS.percent(12.34, signed=True), "+12.3%"),
        (ENGLISH.count(ENGLISH.texts.frame.communes, 0), f"0{FIXED}communes"),
        (ENGLISH.count(ENGLISH.texts.cards.years, 1), f"1{FIXED}year"),
        (FRENCH.count(FRENCH.texts.cards.years, 0), f"0{FIXED}an"),
        (FRENCH.count(FRENCH.texts.frame.communes, 2), f"2{FIXED}communes"),
    ],
)
def test_numbers_and_plurals(made, expected):
    assert made == expected


def test_labels_come_from_the_nomenclature():
    for code in (*CS.leaves, *US.leaves):
        assert ENGLISH.whole(code) == f"{code.code} {code.label_en}"
        assert code.label_en.startswith(ENGLISH.short(code))
        assert FRENCH.whole(code) == f"{code.code} {code.label_fr}"
    assert {item.name for item in COSIA.classes} <= set(ENGLISH.texts.cover_classes)


def test_typography_of_each_language():
    assert FRENCH.typeset("L'eau : « oui » ; non ?") == "L’eau\u00a0: «\u00a0oui\u00a0»\u202f; non\u202f?"
    assert ENGLISH.typeset("it's so: yes; no?") == "it’s so: yes; no?"


def test_the_five_answers(delivered):
    """The estate (144 cells of 64 m²) and the workshop (30) became artificial: 1.1136 ha, 0.37 ha a year."""
    told = {answer.key: answer for answer in page_of(delivered, "fr").answers}
    assert list(told) == ["how-much", "where", "when", "how-sure", "thresholds"]
    assert told["how-much"].answer.startswith(
        f"De 2019 à 2022, 1,11{FIXED}ha de sols sont devenus artificialisés et aucun n'a cessé de l'être : "
        f"+1,11{FIXED}ha, soit +0,37{FIXED}ha par an."
    )
    assert "L'Étang" in told["where"].answer
    assert told["where"].target == "changements"
    assert told["when"].answer.startswith("Entre les photographies aériennes de 2019 et celles de 2022.")
    assert told["how-sure"].target == "qualite"
    assert "seuil" in told["thresholds"].answer
    one = {answer.key: answer for answer in page_of(delivered, "en", year=2019).answers}
    assert one["when"].answer == "That of the aerial photographs of 2019."
    assert one["how-much"].answer.startswith("In 2019, artificial land covers")
