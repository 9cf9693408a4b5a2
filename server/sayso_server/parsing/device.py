"""What models run on: the processor, or a GPU.

On a GPU they calculate in half precision. What is read with a text changes the last bits there, since the products of
matrices depend on their sizes; on the processor it changes nothing.
"""

import torch

from sayso_server.parsing.errors import ModelError
from sayso_server.parsing.layers import PADDED, Format, fastest, fastest_name

CPU = torch.device("cpu")


class GpuLostError(BaseException):
    """The GPU has failed, and nothing more can be calculated in this process.

    Not an Exception, since whoever catches one to read the next text would fail over that too, and over all others.
    """


def device_of(name: str) -> torch.device:
    """The device of a name: cpu, cuda (the first GPU) or cuda:N. Raises ModelError where there is no such GPU."""
    if name == "cpu":
        return CPU
    if not torch.backends.cuda.is_built():  # type: ignore[no-untyped-call]
        raise ModelError(
            f"--device {name}: this torch ({torch.__version__}) was built without CUDA: install one with it"
        )
    if not torch.cuda.is_available():
        raise ModelError(f"--device {name}: torch finds no GPU that it can use; nvidia-smi shows those of this machine")
    device, count = torch.device(name), torch.cuda.device_count()
    if (device.index or 0) >= count:
        raise ModelError(f"--device {name}: torch finds no such GPU; the last one is cuda:{count - 1}")
    return torch.device("cuda", device.index or 0)


def form_of(device: torch.device) -> Format:
    """How the matrices of the encoder are multiplied there."""
    return fastest() if device.type == "cpu" else PADDED


def dtype_of(device: torch.device) -> torch.dtype:
    """What the encoder's states, and the heads, are there."""
    return torch.float32 if device.type == "cpu" else torch.float16


def number_format(device: torch.device) -> str:
    """What the encoder calculates in there: int8, float32 or float16."""
    return fastest_name() if device.type == "cpu" else "float16"


def described(device: torch.device) -> str:
    """The device, and what it is called by its maker."""
    return str(device) if device.type == "cpu" else f"{device}, {torch.cuda.get_device_name(device)}"


def check(device: torch.device) -> None:
    """Raises GpuLostError where a GPU has failed: each call fails from then on."""
    if device.type == "cpu":
        return
    try:
        torch.cuda.synchronize(device)
    except RuntimeError as error:
        raise GpuLostError(str(device)) from error
