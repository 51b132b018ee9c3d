"""Converts the weights in a safetensors file to the other formats in which models are published."""
import collections
import io
import json
import pickle
import struct
import sys
import types
import zipfile

LEGACY_MAGIC, LEGACY_PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
LEGACY_SYSTEM = {"protocol_version": LEGACY_PROTOCOL, "little_endian": True,
                 "type_sizes": {"short": 2, "int": 4, "long": 4}}


class _Storage:
    """Stands for a storage, to which a pickle refers by a key."""

    def __init__(self, key, count):
        self.key, self.count = key, count


class _Tensor:
    """An object that is pickled like a contiguous PyTorch tensor."""

    def __init__(self, storage, shape):
        self.storage, self.shape = storage, tuple(shape)

    def __reduce__(self):
        strides, step = [], 1
        for size in reversed(self.shape):
            strides.insert(0, step)
            step *= size
        return (sys.modules["torch._utils"]._rebuild_tensor_v2,
                (self.storage, 0, self.shape, tuple(strides), False, collections.OrderedDict()))


class _Pickler(pickle.Pickler):
    def __init__(self, stream, legacy):
        super().__init__(stream, 2)
        self.legacy = legacy

    def persistent_id(self, value):
        if not isinstance(value, _Storage):
            return None
        known = ("storage", sys.modules["torch"].FloatStorage, value.key, "cpu", value.count)
        return known + (None,) if self.legacy else known


def _stand_in_for_torch():
    """Provides modules with the names that PyTorch's pickles refer to."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})

    def _rebuild_tensor_v2(*_):
        raise NotImplementedError

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    sys.modules.update({"torch": torch, "torch._utils": utils})


def read_tensors(path):
    """Returns {name: (shape, bytes)} for a safetensors file of 32-bit floats."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    body = data[8 + length:]
    return {name: (entry["shape"], body[slice(*entry["data_offsets"])])
            for name, entry in json.loads(data[8:8 + length]).items() if name != "__metadata__"}


def _pickled(tensors, legacy=False):
    _stand_in_for_torch()
    state = collections.OrderedDict(
        (name, _Tensor(_Storage(str(key), len(values) // 4), shape))
        for key, (name, (shape, values)) in enumerate(tensors.items()))
    stream = io.BytesIO()
    _Pickler(stream, legacy).dump(state)
    return stream.getvalue()


def torch_zip(path, tensors):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", _pickled(tensors))
        archive.writestr("archive/byteorder", "little")
        for key, (_, values) in enumerate(tensors.values()):
            archive.writestr(f"archive/data/{key}", values)
        archive.writestr("archive/version", "3\n")


def torch_legacy(path, tensors):
    with open(path, "wb") as file:
        for value in (LEGACY_MAGIC, LEGACY_PROTOCOL, LEGACY_SYSTEM):
            file.write(pickle.dumps(value, 2))
        file.write(_pickled(tensors, legacy=True))
        file.write(pickle.dumps([str(key) for key in range(len(tensors))], 2))
        for _, values in tensors.values():
            file.write(struct.pack("<q", len(values) // 4) + values)


def safetensors(path, tensors):
    header, at = {}, 0
    for name, (shape, values) in tensors.items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + len(values)]}
        at += len(values)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text +
                     b"".join(values for _, values in tensors.values()))


def sharded(folder, tensors, write, stem, suffix):
    """Writes the weights to two files, and an index that maps tensors to them."""
    names, weight_map = sorted(tensors), {}
    for number, part in enumerate((names[::2], names[1::2]), 1):
        file = f"{stem}-{number:05d}-of-00002{suffix}"
        write(folder / file, {name: tensors[name] for name in part})
        weight_map.update(dict.fromkeys(part, file))
    total = sum(len(values) for _, values in tensors.values())
    (folder / f"{stem}{suffix}.index.json").write_text(
        json.dumps({"metadata": {"total_size": total}, "weight_map": weight_map}, indent=2))


FORMS = {
    "hf-bin": lambda folder, tensors: torch_zip(folder / "pytorch_model.bin", tensors),
    "hf-legacy": lambda folder, tensors: torch_legacy(folder / "pytorch_model.bin", tensors),
    "hf-parts": lambda folder, tensors: sharded(folder, tensors, safetensors, "model",
                                                ".safetensors"),
    "hf-bin-parts": lambda folder, tensors: sharded(folder, tensors, torch_zip, "pytorch_model",
                                                    ".bin"),
}
