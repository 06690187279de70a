"""The guide's table of parameters is what the steps' models hold."""

import importlib
import json
from pathlib import Path

from pydantic import BaseModel

from millesime.chain import CHAIN

GUIDE = Path(__file__).parents[3] / "docs/guides/territory.md"
BEGIN, END = "<!-- parameters: begin -->\n", "<!-- parameters: end -->"


def rows(model, prefix=""):
    for name, field in model.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            yield from rows(type(default), f"{prefix}{name}.")
        else:
            yield prefix + name, "the model's own" if default is None else f"`{json.dumps(default)}`"


def table():
    lines = ["| parameter | default |", "|---|---|"]
    for step in CHAIN:
        parameters = importlib.import_module(f"millesime.{step.name}.step").Parameters
        lines += [f"| `{step.name}.{name}` | {default} |" for name, default in rows(parameters)]
    return "\n".join(lines) + "\n"


def test_the_guide_lists_every_parameter_with_its_default():
    text = GUIDE.read_text(encoding="utf-8")
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == table()


if __name__ == "__main__":  # writes the table into the guide
    text = GUIDE.read_text(encoding="utf-8")
    GUIDE.write_text(text[: text.index(BEGIN) + len(BEGIN)] + table() + text[text.index(END) :], encoding="utf-8")
