"""Text tables as spreadsheets leave them: commas, semicolons or tabulations, UTF-8 or Latin-1."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from millesime.errors import InputError

SUFFIXES = (".csv", ".tsv", ".txt")

_SEPARATORS = (";", ",", "\t")


def read_delimited(file: Path) -> tuple[pd.DataFrame, str]:
    """All cells as text, '' where they are empty, under the names of the header; and what separates them.

    Names that are there twice stay so.

    Raises:
        InputError: it is not a table.
    """
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    header = text.partition("\n")[0]
    if "\0" in text or not header.strip():
        raise InputError("is not a text table", place=file, remedy="give a CSV file with a header")
    separator = max(_SEPARATORS, key=header.count)
    try:
        # pandas renames columns that are there twice; read as a row, their names stay.
        rows = pd.read_csv(
            io.StringIO(text), sep=separator, dtype=str, keep_default_na=False, header=None, skip_blank_lines=True
        )
    except (pd.errors.ParserError, ValueError) as error:
        raise InputError(f"cannot be read as a table ({error})", place=file, remedy="check the file") from error
    return rows.iloc[1:].reset_index(drop=True).set_axis(rows.iloc[0].tolist(), axis=1), separator
