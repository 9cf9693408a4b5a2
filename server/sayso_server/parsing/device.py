"""The device that models run on: the CPU or a GPU.

On a GPU they run in half precision. There the other texts of a batch can change the last bits of a result, since matrix
products depend on the sizes of the matrices; on the CPU they change nothing.
"""

import torch

from sayso_server.parsing.errors import ModelError
from sayso_server.parsing.layers import PADDED, Format, fastest, fastest_name

CPU = torch.device("cpu")


class GpuLostError(BaseException):
    """The GPU has failed, and this process cannot use it any more.

    It is not an Exception: code that catches those goes on to the next text, which would fail as well.
    """


def device_of(name: str) -> torch.device:
    """The device with a name: cpu, cuda (the first GPU) or cuda:N. Raises ModelError if there is no such GPU."""
    if name == "cpu":
        return CPU
    if not torch.backends.cuda.is_built():  # type: ignore[no-untyped-call]
        raise ModelError(f"--device {name}: this torch ({torch.__version__}) was built without CUDA")
    if not torch.cuda.is_available():
        raise ModelError(f"--device {name}: torch finds no usable GPU; nvidia-smi lists those of this machine")
    device, count = torch.device(name), torch.cuda.device_count()
    if (device.index or 0) >= count:
        raise ModelError(f"--device {name}: there is no such GPU; the last one is cuda:{count - 1}")
    return gpu(device.index or 0)


def gpu(index: int = 0) -> torch.device:
    """A GPU, with attention set up for rows of many lengths.

    cuDNN's attention makes a plan for each new shape of its input, which took 6 ms a call on an H200, longer than all
    else together. torch's own kernels need none.
    """
    torch.backends.cuda.enable_cudnn_sdp(False)
    return torch.device("cuda", index)


def form_of(device: torch.device) -> Format:
    """The format of the encoder's matrices on a device."""
    return fastest() if device.type == "cpu" else PADDED


def dtype_of(device: torch.device) -> torch.dtype:
    """The data type of the encoder's states and of the heads on a device."""
    return torch.float32 if device.type == "cpu" else torch.float16


def number_format(device: torch.device) -> str:
    """The number format of the encoder on a device: int8, float32 or float16."""
    return fastest_name() if device.type == "cpu" else "float16"


def described(device: torch.device) -> str:
    """The device, with the model name of a GPU."""
    return str(device) if device.type == "cpu" else f"{device}, {torch.cuda.get_device_name(device)}"


def check(device: torch.device) -> None:
    """Raises GpuLostError if a GPU has failed: after that, every call to it fails."""
    if device.type == "cpu":
        return
    try:
        torch.cuda.synchronize(device)
    except RuntimeError as error:
        raise GpuLostError(str(device)) from error
