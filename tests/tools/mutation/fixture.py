"""A small corpus as a folder and as archives, its dataset, a run and a model, from which sandboxes
are copied."""
import os
import pathlib
import shutil
import subprocess
import tarfile
import time
import zipfile

import process
import weight_files

PIECES = ("3/30da7200faa13d7635e8c934be63ca0e", "9/9fa5e8cfbc2517c234d609a3fb65e94b",
          "3/379ff555cf76d67052e45fcb74d41095", "e/e25cbd789ad62ac5cc2545b6b7072302",
          "f/f70da6009c68b10139ec5f99890bbbb9")
TINY = """# a tiny model, for fast training
[model]
hidden_dim = 8
num_heads = 1
num_layers = 1
[trainer]
num_train_steps = 3
train_batch_size = 1
max_eval_batches = 1
steps_per_eval = 2
[checkpointer]
keep_every = 1
"""
STRANGER = 65534  # "nobody": a user without rights
FAST_START = {"OMPI_MCA_ess_singleton_isolated": "1", "OMPI_MCA_pml": "ob1",
              "OMPI_MCA_btl": "self", "OMPI_ALLOW_RUN_AS_ROOT": "1",
              "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMP_NUM_THREADS": "1",
              "AMT_CUDA_PLUGIN": "none", "LC_ALL": "C"}


def _temporary(sandbox):
    return sandbox.with_name(sandbox.name + "-temporary")


class Fixture:
    """Creates the unchanged inputs in `pristine`, and sandboxes next to it. `folder` must be
    accessible to other users."""

    def __init__(self, folder, amt, golden, limit):
        self.folder, self.amt, self.limit = pathlib.Path(folder), amt, limit
        self.pristine = self.folder / "pristine"
        self.pristine.mkdir()
        _temporary(self.pristine).mkdir()  # for Open MPI's files, which a killed run leaves behind
        self.environment = {**os.environ, **FAST_START, "TMPDIR": str(_temporary(self.pristine))}
        self._make_corpora(pathlib.Path(golden))
        self._amt("prepare", "corpus", "ds", "--rows-per-shard", "2")
        (self.pristine / "tiny.ini").write_text(TINY)
        self._make_run()
        self.as_stranger = self._works_for_a_stranger()

    def _amt(self, *argv):
        ended = process.run([self.amt, *argv], self.pristine, self.environment, 120)
        if ended.code != 0:
            raise SystemExit(f"amt {' '.join(argv)}: {ended.code}: {ended.stderr}")

    def _make_corpora(self, golden):
        corpus = self.pristine / "corpus"
        corpus.mkdir()
        for piece in PIECES:
            shutil.copy(golden / "tree" / f"{piece}.mid", corpus)
        files = sorted(corpus.iterdir())
        for name, mode in (("corpus.tar", "w"), ("corpus.tar.gz", "w:gz")):
            with tarfile.open(self.pristine / name, mode) as tar:
                for file in files:
                    tar.add(file, f"corpus/{file.name}")
        with zipfile.ZipFile(self.pristine / "corpus.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, f"corpus/{file.name}")
        if process.run([self.amt, "prepare", "corpus.zip", "zip", "--dry-run"], self.pristine,
                       self.environment, 60).code != 0:
            (self.pristine / "corpus.zip").unlink()  # this version of amt does not support zip

    def _make_run(self):
        """Trains for three steps and removes the last checkpoint, as after a kill."""
        self._amt("train", "--config", "tiny.ini", "--data.dataset", "ds", "--trainer.run_dir",
                  "run")
        checkpoints = self.pristine / "run/checkpoints"
        shutil.rmtree(checkpoints / "step-000003")
        (checkpoints / "latest").write_text("step-000002\n")
        self._leave_record()
        hugging_face = self.pristine / "hf"
        hugging_face.mkdir()
        for name in ("model.safetensors", "config.json"):
            shutil.copy(checkpoints / "step-000002" / name, hugging_face)
        tensors = weight_files.read_tensors(hugging_face / "model.safetensors")
        for name, write in weight_files.FORMS.items():
            self._make_model(self.pristine / name, lambda folder: write(folder, tensors))

    def _leave_record(self):
        """Adds the in-use record of a killed training run, if this version of amt writes one."""
        record = self.pristine / "killed/in-use"
        training = subprocess.Popen(
            [self.amt, "train", "--config", "tiny.ini", "--data.dataset", "ds",
             "--trainer.run_dir", "killed", "--trainer.num_train_steps", "10000",
             "--checkpointer.keep_every", "10000"],
            cwd=self.pristine, env=self.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        first_step = self.pristine / "killed/metrics.jsonl"
        while training.poll() is None and not (first_step.exists() and first_step.stat().st_size):
            time.sleep(0.01)
        training.kill()
        training.wait()
        if record.is_file():
            shutil.copy(record, self.pristine / "run")
        shutil.rmtree(self.pristine / "killed")

    def _make_model(self, folder, write):
        """Writes the same model in another format; removes it if this version of amt does not
        support the format."""
        folder.mkdir()
        shutil.copy(self.pristine / "hf/config.json", folder)
        write(folder)
        if process.run([self.amt, "train", "--config", "tiny.ini", "--data.dataset", "ds", "--init",
                        folder.name, "--trainer.run_dir", "no", "--dry-run"], self.pristine,
                       self.environment, 60).code != 0:
            shutil.rmtree(folder)

    def _works_for_a_stranger(self):
        """Returns whether programs can be run as a user without permission to read a file."""
        if os.geteuid() != 0:
            return True  # programs run as the current user anyway
        try:
            return process.run([self.amt, "--version"], self.folder, self.environment, 20,
                               STRANGER).code == 0
        except OSError:
            return False

    def sandbox(self, name, parts, stranger=False):
        """Creates a folder with these parts, out/ for results, and a file that must not be touched.
        With `stranger`, it belongs to the user "nobody"."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        _temporary(folder).mkdir(exist_ok=True)
        _temporary(folder).chmod(0o1777)
        (folder / "out").mkdir(parents=True)
        for part in parts:
            source = self.pristine / part
            if source.is_dir():
                shutil.copytree(source, folder / part)
            else:
                shutil.copy2(source, folder / part)
        (folder / "notes").mkdir()
        (folder / "notes/precious.txt").write_text("not ours\n")
        if stranger and os.geteuid() == 0:
            for root, folders, files in os.walk(folder):
                for entry in ("", *folders, *files):
                    os.chown(os.path.join(root, entry), STRANGER, STRANGER)
        return folder

    def run(self, argv, sandbox, stranger=False):
        """Runs amt in a sandbox, with a temporary folder of its own because Open MPI's file names
        are not unique."""
        environment = {**self.environment, "TMPDIR": str(_temporary(sandbox))}
        user = STRANGER if stranger and os.geteuid() == 0 else None
        return process.run([self.amt, *argv], sandbox, environment, self.limit, user)
