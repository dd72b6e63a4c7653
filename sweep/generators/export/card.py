"""Words a model card: what a generator is, how it came about, how it scores, where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from srgan_core.files import file_sha256
from srgan_core.networks import Generator
from srgan_core.wording import counted
from sweep.config.grid import start_name
from sweep.config.names import StartKind
from sweep.generators.export.hub_header import hub_header
from sweep.metrics.registry import find_metric, in_table_order
from sweep.scoring.aggregation import summarise
from sweep.scoring.foreign_generators.loading import LoadedGenerator
from sweep.store.folder import SweepStore
from sweep.store.low_resolution import BICUBIC_LR, low_resolution_note, training_lr
from sweep.store.records.base import Columns, Scores
from sweep.store.records.result import ResultRecord
from sweep.store.records.scores import ReferenceScores
from sweep.store.records.trial import TrialRecord
from sweep.store.states import Method
from sweep.store.trial_folder import TrialFolder
from sweep.tables.columns import adv_text, measured_text
from sweep.tables.metric_file import MetricColumn

BICUBIC_LIMIT = """\
- It was trained on images shrunk by MATLAB-style antialiased bicubic interpolation. On photographs
  that were compressed, sharpened, blurred or taken with noise it enlarges those faults too.
"""

OTHER_LIMIT = """\
- It was trained on LR images of the kind named above. On photographs with other faults, or with
  stronger ones, it enlarges those too; what it takes for a fault in clean images it removes.
"""

LIMITS = """\
- What it adds is likely, not true. Do not use its images as evidence: not for identifying people,
  reading number plates, medical findings or measurements.
- The higher the adversarial coefficient, the more texture is invented, and the less faithful it is.
- It restores three channels of 8-bit sRGB. Other colour spaces are enlarged as if they were sRGB.
- Scores on a few images say little about other kinds of images: score it on yours
  (`sweep score --generator FILE --eval folder:PATH`) before you rely on it.
"""


@dataclass(frozen=True)
class Origin:
    """Where a generator comes from.

    Attributes:
        name: Trial or file name.
        file: Its safetensors file.
        record: `trial.json` of its trial; empty where there is no trial.
        result: `result.json` of its trial.
        references: Test set to the scores of bicubic and HR.
        low_resolution: Test set to how its LR images came about, unless by shrinking alone.
    """

    name: str
    file: Path
    record: TrialRecord = field(default_factory=TrialRecord)
    result: ResultRecord = field(default_factory=ResultRecord)
    references: Mapping[str, ReferenceScores] = field(default_factory=dict)
    low_resolution: Mapping[str, str] = field(default_factory=dict)


def read_origin(file: Path) -> Origin:
    """Reads what lies beside a generator's file, within a trial of a results folder or anywhere.

    A file that belongs to no trial has no record, which is no error.

    Raises:
        StoreError: when a record is there and damaged.
    """
    folder = TrialFolder(file.resolve().parent)
    if not folder.is_registered:
        return Origin(file.stem, file)
    store = SweepStore(folder.path.parents[1])
    result = folder.read_result()
    references = {name: store.read_reference_scores(name) for name in result.scores}
    records = {name: store.read_reference(name) for name in result.scores}
    made = {name: each.low_resolution for name, each in records.items() if each is not None}
    known = {name: words for name, words in made.items() if words is not None}
    return Origin(folder.path.name, file, folder.read_trial(), result, references, known)


def model_card(
    origin: Origin, generator: Generator | LoadedGenerator, files: Mapping[Path, float]
) -> str:
    """Words the card as Markdown; `files` holds each file's largest difference to PyTorch."""
    is_own = isinstance(generator, Generator)
    result = origin.result
    scores = {
        _plain(name): _means(images, result.set_scores.get(name, {}))
        for name, images in result.scores.items()
    }
    parts = [
        hub_header(_plain(origin.name), generator.scale, scores, files, is_own=is_own),
        f"# {_plain(origin.name)}",
        _what_it_is(generator) if isinstance(generator, Generator) else _whose_it_is(generator),
        _how_it_is_called(generator.scale),
        "## Files",
        _files(origin, files),
        "## Training",
        _training(origin),
        "## Scores",
        _scores(origin),
        "## Limits",
        _limits(origin, is_own),
    ]
    return "\n\n".join(parts) + "\n"


def _what_it_is(generator: Generator) -> str:
    parameters = sum(value.numel() for value in generator.parameters())
    return (
        f"A generator of SRGAN that enlarges images {generator.scale} times. {parameters:,} "
        f"parameters: {counted(len(generator.body), 'residual block')} of "
        f"{generator.tail.in_channels} channels."
    )


def _whose_it_is(generator: LoadedGenerator) -> str:
    code = f" Its {generator.licence}." if generator.licence else ""
    return (
        f"A network of others ({generator.kind}) that enlarges images {generator.scale} times. "
        f"{generator.parameters:,} parameters.{code} The terms of its weights are their maker's."
    )


def _how_it_is_called(scale: int) -> str:
    return (
        "Input `lr`: (N, 3, H, W), float32, RGB in [0, 1]. Output `sr`: (N, 3, "
        f"{scale} H, {scale} W), the same range. N, H and W are free. For an "
        "image file, divide 8-bit values by 255, and multiply, round and clip the result."
    )


def _files(origin: Origin, files: Mapping[Path, float]) -> str:
    lines = [
        f"- `{_plain(path.name)}`: SHA-256 `{file_sha256(path)}`; at most {difference:.1e} from "
        "PyTorch on random and photographic input of several sizes, outputs in [0, 1]"
        for path, difference in files.items()
    ]
    kind = "safetensors" if origin.file.suffix == ".safetensors" else "checkpoint"
    return "\n".join([*lines, f"- made from the {kind} `{file_sha256(origin.file)}`"])


def _training(origin: Origin) -> str:
    spec = origin.record.spec
    if not spec:
        return "No record of its training lies beside the file."
    training = spec.training
    sources = ", ".join(f"{name} ({share:g})" for name, share in spec.data.sources.items())
    rows = {
        "content loss": spec.content,
        "adversarial coefficient λ": adv_text(spec.adversarial_weight),
        "weights": f"pixel {adv_text(spec.pixel_weight)}, content {adv_text(spec.content_weight)}",
        "seed": spec.seed,
        "steps": training.steps,
        "batch": f"{counted(training.batch_size, 'patch', 'patches')} of {training.patch_size} px",
        "learning rate": f"{training.learning_rate:g}, {training.schedule}",
        "precision": training.precision,
        "training images (share)": sources,
        "LR": training_lr(spec),
        "started from": _started_from(origin.record),
        "state": origin.record.state,
    }
    return _table(["what", "value"], [[name, _plain(str(value))] for name, value in rows.items()])


def _limits(origin: Origin, is_own: bool) -> str:
    """What the generator is not for; of what others trained on nothing is known."""
    if not is_own:
        return LIMITS.rstrip()
    spec = origin.record.spec
    is_bicubic = spec is None or training_lr(spec) == BICUBIC_LR
    return ((BICUBIC_LIMIT if is_bicubic else OTHER_LIMIT) + LIMITS).rstrip()


def _started_from(record: TrialRecord) -> str:
    """Names the networks that training went on from, by the hashes of their files."""
    spec = record.spec
    if spec is None or spec.init_sha256 is None:
        return "generator with random weights"
    generator = f"generator {spec.init_sha256}"
    if record.start is not StartKind.SRGAN:
        return generator
    pair = f"the pair {start_name(record.start, spec.seed)}: {generator}"
    if spec.init_discriminator_sha256 is None:
        return f"{pair}; λ 0 takes no discriminator"
    return f"{pair}, discriminator {spec.init_discriminator_sha256}"


def _scores(origin: Origin) -> str:
    result = origin.result
    if not result.scores:
        return "It has not been scored."
    tables = []
    for dataset, images in result.scores.items():
        references = origin.references.get(dataset, ReferenceScores())
        means = {"this generator": _means(images, result.set_scores.get(dataset, {}))} | {
            name: _means(references.of(method), references.set_scores.get(method, {}))
            for method, name in ((Method.BICUBIC, "bicubic"), (Method.ORIGINAL, "HR itself"))
            if references.of(method)
        }
        columns = in_table_order(c for row in means.values() for c in row)
        head = ["", *(MetricColumn.of(find_metric(column)).heading for column in columns)]
        rows = [[name, *(_number(row.get(c)) for c in columns)] for name, row in means.items()]
        note = low_resolution_note(origin.low_resolution.get(dataset))
        title = (
            f"Means over the {counted(len(images), 'image')} of {_plain(dataset)}. {note}".strip()
        )
        tables.append(f"{title}\n\n{_table(head, rows)}")
    return "\n\n".join(tables)


def _means(images: Scores, of_all: Columns) -> dict[str, float]:
    return summarise(list(images.values())) | of_all


def _number(value: float | None) -> str:
    return "\N{EN DASH}" if value is None else measured_text(value)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _plain(text: str) -> str:
    """Keeps a name from being read as markup."""
    marked = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return marked.replace("|", "\\|").replace("`", "'").replace("\n", " ")
