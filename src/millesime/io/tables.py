"""Small tables that users write: comma or semicolon separated, UTF-8 or Latin-1."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from millesime.errors import InputError, SchemaError
from millesime.io.files import local_file


def read_rows(path: str | Path, *, columns: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Rows of a table with a header, keyed by the names wanted.

    Args:
        path: the table.
        columns: name wanted -> names it may have in the file, in any case; names that the file does not have
            are left out of the rows.

    Raises:
        InputError: not a text file.
        SchemaError: none of the wanted columns is there.
    """
    file = local_file(path)
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise InputError("is not a text table", place=file, remedy="give a CSV file")
    header = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(), delimiter=";" if header.count(";") > header.count(",") else ",")
    present = {name.strip().lower(): name for name in reader.fieldnames or () if name}
    found = {
        wanted: present[alias.lower()]
        for wanted, aliases in columns.items()
        for alias in reversed((wanted, *aliases))
        if alias.lower() in present
    }
    if not found:
        raise SchemaError(
            f"has none of the columns {', '.join(columns)}; it has {', '.join(present) or 'none'}", place=file
        )
    return [
        {wanted: (row[name] or "").strip() for wanted, name in found.items()} for row in reader if any(row.values())
    ]
