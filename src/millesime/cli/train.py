"""`millesime train`: trains a network on annotated territories."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millesime.cli.output import AsJson, emit


def command(
    territories: Annotated[
        list[Path], typer.Argument(help="Folders with territory.toml, imagery and truth/<year>/cover.tif.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Model to write: MODEL.onnx, its card beside it.")],
    validation: Annotated[
        list[Path] | None, typer.Option("--validation", help="Territory to measure on, never learnt from; repeatable.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 3000,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Time budget; decides the number of steps in place of --steps.")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, help="Crops in a batch.")] = 8,
    crop_px: Annotated[int, typer.Option("--crop-px", min=32, help="Side of a crop, in pixels.")] = 256,
    learning_rate: Annotated[float, typer.Option("--learning-rate", help="Peak of the cycle.")] = 3e-3,
    jitter: Annotated[float, typer.Option(min=0.0, help="Strength of the radiometric augmentation; 0 for none.")] = 1.0,
    class_strength: Annotated[
        float, typer.Option("--class-strength", min=0.0, max=1.0, help="How much rare classes weigh more in the loss.")
    ] = 0.25,
    balanced_share: Annotated[
        float,
        typer.Option("--balanced-share", min=0.0, max=1.0, help="Share of crops centred on a class drawn at will."),
    ] = 0.25,
    precision: Annotated[
        str, typer.Option(help="Of the convolutions: float32, or bfloat16, twice as fast where the processor has it.")
    ] = "float32",
    seed: Annotated[int, typer.Option(min=0, help="Decides first weights, crops and augmentation.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="Threads; the weights depend on their number.")] = 2,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint beside the output.")] = False,
    initial: Annotated[
        Path | None, typer.Option("--initial", help="Checkpoint (.safetensors) whose weights to start from.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the model; that of the file by default.")] = None,
    version: Annotated[str, typer.Option("--model-version", help="Version of the model.")] = "1",
    as_json: AsJson = False,
) -> None:
    """Train a light network on territories whose true cover is known, and export it.

    A checkpoint (MODEL.safetensors) is kept beside the output; --resume goes on from it after a stop.
    """
    from millesime.compute import terminal_progress
    from millesime.errors import ConfigError
    from millesime.nomenclature import COSIA

    if output.suffix != ".onnx":
        raise ConfigError(f"the model is an .onnx file, got {output}", remedy="give -o MODEL.onnx")
    try:
        from millesime.model.fit import Settings
        from millesime.model.train import Run, read_pictures, train, write_model
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"training needs {error.name}, which is not installed", remedy="pip install 'millesime[train]'"
        ) from error
    with terminal_progress(notes_in_pipe=True) as progress:
        learnt = read_pictures(territories, nomenclature=COSIA)
        watched = read_pictures(validation or [], nomenclature=COSIA)
        trained = train(
            learnt,
            settings=Settings(
                architecture_parameters={"widths": [24, 36, 56, 80, 96], "dilations": [2, 4]},
                class_values=COSIA.values,
                steps=steps,
                batch=batch,
                crop_px=crop_px,
                learning_rate=learning_rate,
                jitter=jitter,
                class_strength=class_strength,
                balanced_share=balanced_share,
                precision=precision,
                seed=seed,
            ),
            class_names=[item.name for item in COSIA.classes],
            validation=watched,
            how=Run(
                checkpoint=output.with_suffix(".safetensors"),
                resume=resume,
                initial=initial,
                minutes=minutes,
                threads=threads,
                progress=progress,
            ),
        )
        card = write_model(
            output,
            trained,
            name=name or output.stem,
            version=version,
            nomenclature=COSIA,
            training={"pictures": [item.name for item in learnt], "validation": [item.name for item in watched]},
        )
    result = {
        "model": str(output),
        "card": str(output.with_suffix(".json")),
        "steps": trained.settings.steps,
        "seconds": trained.seconds,
        "figures": dict(trained.figures),
    }
    accuracy = trained.figures.get("overall_accuracy")
    measured = f"; overall accuracy on the validation {accuracy:.3f}" if accuracy is not None else ""
    emit(
        result,
        as_json=as_json,
        text=f"{output} ({card.parameter_count:,} parameters) after {trained.settings.steps} steps{measured}",
    )
