"""onnxruntime, as the local models use it: imported late, quiet, and told to report to nobody."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from corpus.errors import EmbeddingError, ModelFilesInvalid

if TYPE_CHECKING:
    import onnxruntime

Tensors = Mapping[str, NDArray[Any]]


def import_runtime(model: str, tokenizers: str) -> None:
    """Imported late because it is heavy, and because a function that uses OpenAI's models does not ship it.

    `tokenizers` is the package that cuts texts for the model. Raises ModelFilesInvalid where one is not installed.
    """
    # Since 1.29 onnxruntime reports to its maker unless this is set before it is imported; its own switch,
    # disable_telemetry_events, comes too late (its Privacy.md).
    os.putenv("ORT_DISABLE_TELEMETRY", "1")
    # Otherwise it could be told to look in the model's files for what we pass to it.
    os.putenv("ORT_LOAD_CONFIG_FROM_MODEL", "0")
    try:
        __import__("onnxruntime")
        __import__(tokenizers)
    except ImportError as error:
        raise ModelFilesInvalid(
            f"The local model {model} needs the package {error.name}, which is not installed here: "
            "`pip install 'retrieval-action[local]'`, or choose another EMBEDDING_MODEL."
        ) from error


def session_of(
    model: str, graph: bytes, *, folder: Path, tensors: Tensors, threads: int | None = None
) -> onnxruntime.InferenceSession:
    """A session over the graph, whose stored tensors lie in `folder`, save those given. Raises ModelFilesInvalid.

    `threads`: by default as many as there are processors.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or _processors()
    options.inter_op_num_threads = 1
    # Otherwise it keeps a plan of memory for every shape seen, and there are thousands.
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    values = {name: onnxruntime.OrtValue.ortvalue_from_numpy(array) for name, array in tensors.items()}
    options.add_external_initializers(list(values), list(values.values()))
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except runtime_errors() as error:
        raise ModelFilesInvalid(f"onnxruntime {onnxruntime.__version__} cannot load {model}: {error}") from error


def computed(model: str, session: onnxruntime.InferenceSession, inputs: Tensors) -> NDArray[Any]:
    """The session's one output, `vectors`. Raises EmbeddingError."""
    try:
        (found,) = session.run(["vectors"], dict(inputs))
    except runtime_errors() as error:
        raise EmbeddingError(f"onnxruntime could not compute {model}: {error}") from error
    vectors: NDArray[Any] = found
    return vectors


def runtime_errors() -> tuple[type[Exception], ...]:
    """The exceptions that onnxruntime raises; they have no common base class."""
    from onnxruntime.capi import onnxruntime_pybind11_state as raised

    return (
        raised.Fail,
        raised.InvalidArgument,
        raised.InvalidGraph,
        raised.InvalidProtobuf,
        raised.NoSuchFile,
        raised.NotImplemented,
        raised.RuntimeException,
    )


def _processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
