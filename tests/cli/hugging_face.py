"""Compares amt's models and metrics with transformers' GPT2LMHeadModel and numpy.

For both encodings, with and without attention scaled by the layer, amt evaluates and continues to
train models saved by transformers, and transformers loads amt's checkpoints without conversion. All
metrics of `amt eval --csv` are recomputed from transformers' logits with the paper's formulas.
Usage: hugging_face.py AMT GOLDEN_FOLDER; exits with 1 at the first difference.
"""
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import safetensors.torch
import torch
from transformers import GPT2Config, GPT2LMHeadModel, GenerationConfig
from transformers.utils.logging import disable_progress_bar

AMT, GOLDEN = sys.argv[1], pathlib.Path(sys.argv[2])
ENCODINGS = {"arrival": (55028, ["--augment", "10"]), "interarrival": (34025, ["--interarrival"])}
SUBSAMPLE = {"arrival": 101, "interarrival": 10}  # selects a dozen rows of the training split
# First token of each kind: times, durations, notes, the rest token, times, durations and notes of
# controls, and three special tokens.
KINDS = [0, 10000, 11000, 27512, 27513, 37513, 38513, 55025, 55026, 55027]


def amt(*args, code=0):
    result = subprocess.run([AMT, *map(str, args)], capture_output=True, text=True)
    assert result.returncode == code, (args, result.returncode, result.stderr)
    return result.stdout if code == 0 else result.stderr


def near(ours, theirs, what, tolerance=1e-5):
    assert abs(ours - theirs) <= tolerance, f"{what}: amt has {ours}, transformers {theirs}"


def read_rows(dataset, split, work):
    text = work / "rows.txt"
    amt("inspect", dataset, "--export-text", text, "--split", split)
    return numpy.loadtxt(text, dtype=numpy.int64)


def cross_entropy(folder, rows):
    """Returns -log p of every token except the first, [rows, 1023], and the model as loaded by
    transformers."""
    model, info = GPT2LMHeadModel.from_pretrained(folder, output_loading_info=True)
    model = model.float().eval()
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info[problem], (folder, problem, info[problem])
    losses = []
    with torch.no_grad():
        for row in map(torch.from_numpy, rows):
            logits = model(row[None]).logits[0, :-1]
            # A few positions at a time, because all of them in fp64 would take half a gigabyte.
            for some, next_tokens in zip(logits.split(64), row[1:].split(64)):
                chosen = some.double()[torch.arange(len(some)), next_tokens]
                losses.append(torch.logsumexp(some.double(), 1) - chosen)
    return torch.cat(losses).numpy().reshape(len(rows), -1)


def expected_metrics(losses, dataset, split, copies):
    """Returns the CSV columns that are derived from the losses."""
    manifest = json.loads((dataset / "manifest.json").read_text())
    info = manifest["splits"][split]
    mean = losses.mean()
    seconds = copies * info["seconds_of_music"]
    values = {"loss": mean, "bps": mean / numpy.log(2) * info["rows"] * 1023 / seconds}
    if manifest["encoding"] == "arrival":
        position = numpy.arange(1, 1024)
        by_kind = [losses[:, position % 3 == kind].mean() for kind in (1, 2, 0)]
        names = ("onset_ppl", "duration_ppl", "note_ppl")
        values |= dict(zip(names, numpy.exp(by_kind))) | {"event_ppl": numpy.exp(3 * mean)}
    return values


def check_eval(folder, dataset, split, subsample, rows, copies):
    """Compares amt's metrics for a folder with those of transformers and numpy."""
    out = amt("eval", folder, dataset, "--split", split, "--subsample", subsample, "--csv", "--mp", "f32")
    [line] = csv.DictReader(io.StringIO(out))
    rows = rows[::subsample]
    assert int(line["rows"]) == len(rows), line
    expected = expected_metrics(cross_entropy(folder, rows), dataset, split, copies)
    for name in ("loss", "bps", "event_ppl", "onset_ppl", "duration_ppl", "note_ppl"):
        if name not in expected:
            assert line[name] == "", (name, line)
        elif name == "loss":
            near(float(line[name]), expected[name], f"{folder.name} {name}")
        else:  # exp(3 x loss), or the loss times a large factor, so the tolerance is relative
            near(float(line[name]) / expected[name], 1, f"{folder.name} {name}", 5e-5)
    print(f"{folder.parent.name}/{folder.name} {split}: {line['loss']}")


def save_model(folder, vocabulary, scaled):
    """Returns a random model whose losses differ from token to token."""
    torch.manual_seed(7)
    config = GPT2Config(
        vocab_size=vocabulary, n_positions=1024, n_embd=24, n_layer=3, n_head=3,
        initializer_range=0.2, scale_attn_by_inverse_layer_idx=scaled,
        embd_pdrop=0.0, resid_pdrop=0.0, bos_token_id=None, eos_token_id=None)
    model = GPT2LMHeadModel(config)
    model.save_pretrained(folder)
    return model


def save_old_layout(folder, like, model):
    """Saves a model like early exports, which also store the tied output layer and the causal
    masks."""
    folder.mkdir()
    (folder / "config.json").write_text((like / "config.json").read_text())
    tensors = {name: value.detach().clone() for name, value in model.state_dict().items()}
    tensors["lm_head.weight"] = tensors["transformer.wte.weight"].clone()
    tensors["transformer.h.0.attn.bias"] = torch.tril(torch.ones(1024, 1024))[None, None]
    safetensors.torch.save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def check_other_files(work, dataset, model, check):
    """Tests models that transformers saves in other types and in several files."""
    save_old_layout(work / "old", work / "theirs", model)
    near(float(eval_loss(work / "old", dataset)), float(eval_loss(work / "theirs", dataset)), "old")
    for name, dtype in (("bf16", torch.bfloat16), ("fp16", torch.float16)):
        GPT2LMHeadModel.from_pretrained(work / "theirs").to(dtype).save_pretrained(work / name)
        check(work / name)
    model.save_pretrained(work / "sharded", max_shard_size="300KB")
    check(work / "sharded")
    for zipped in (True, False):
        save_torch(work / f"torch-{zipped}", work / "theirs", model, zipped)
        near(float(eval_loss(work / f"torch-{zipped}", dataset)),
             float(eval_loss(work / "theirs", dataset)), f"torch {zipped}")


def save_torch(folder, like, model, zipped):
    """Saves a model in the file formats that were usual before safetensors."""
    folder.mkdir()
    (folder / "config.json").write_text((like / "config.json").read_text())
    torch.save(model.state_dict(), folder / "pytorch_model.bin", _use_new_zipfile_serialization=zipped)


def eval_loss(folder, dataset):
    [line] = csv.DictReader(io.StringIO(amt("eval", folder, dataset, "--csv", "--mp", "f32")))
    return line["loss"]


def check_encoding(name, scaled, work):
    vocabulary, options = ENCODINGS[name]
    dataset = work / "dataset"
    amt("prepare", GOLDEN / "tree", dataset, *options)
    rows = {split: read_rows(dataset, split, work) for split in ("train", "test")}
    copies = 10 if name == "arrival" else 1
    if name == "arrival":  # only this encoding has every kind of token
        tokens = rows["train"][::SUBSAMPLE[name]]
        assert set(numpy.digitize(tokens, KINDS).flat) == set(range(1, 11)), "kinds"
    model = save_model(work / "theirs", vocabulary, scaled)
    check_eval(work / "theirs", dataset, "train", SUBSAMPLE[name], rows["train"], copies)

    def check(folder):
        check_eval(folder, dataset, "test", 4, rows["test"], 1)

    check(work / "theirs")
    amt("train", "--data.dataset", dataset, "--init", work / "theirs", "--trainer.run_dir",
        work / "run", "--trainer.num_train_steps", 2, "--trainer.train_batch_size", 1,
        "--trainer.learning_rate", "1e-2", "--trainer.warmup_ratio", 0,
        "--trainer.max_eval_batches", 1)
    ours = work / "run" / "checkpoints" / "step-000002"
    assert GPT2Config.from_pretrained(ours).scale_attn_by_inverse_layer_idx == scaled
    check(ours)
    amt("export", work / "run", work / "exported")
    check(work / "exported")
    drawing = GenerationConfig.from_pretrained(work / "exported")
    assert drawing.do_sample and drawing.max_length == 1024 and drawing.eos_token_id is None, drawing
    if scaled:
        check_other_files(work, dataset, model, check)


torch.set_num_threads(2)
disable_progress_bar()
with tempfile.TemporaryDirectory() as folder:
    for encoding in ENCODINGS:
        for scaled_by_layer in (True, False):
            place = pathlib.Path(folder) / f"{encoding}-{scaled_by_layer}"
            place.mkdir()
            check_encoding(encoding, scaled_by_layer, place)
print("all passed")
