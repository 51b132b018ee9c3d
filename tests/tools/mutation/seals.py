"""Corrects the hashes that amt stores of its files, after one of the files was changed."""
import json
import struct
import subprocess
import threading

ROW_BYTES = 2048


class Seals:
    """Corrects hashes with file_hashes, of which one process serves all threads."""

    def __init__(self, tool):
        self.tool = tool
        self.lock = threading.Lock()
        self.process = None

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()

    def _hash(self, path, offset=0, length=0):
        with self.lock:
            if self.process is None:
                self.process = subprocess.Popen([self.tool], stdin=subprocess.PIPE,
                                                stdout=subprocess.PIPE, text=True)
            self.process.stdin.write(f"{offset} {length} {path}\n")
            self.process.stdin.flush()
            return self.process.stdout.readline().strip()

    def shard_places(self, dataset):
        """Returns {file name: (begin, end) of its tokens} for all shards."""
        done = subprocess.run([self.tool, "--shards", dataset], capture_output=True, text=True,
                              check=True)
        places = {}
        for line in done.stdout.splitlines():
            name, offset, rows = line.split()
            places[name] = (int(offset), int(offset) + ROW_BYTES * int(rows))
        return places

    def rows_of(self, path):
        """Returns the hash of all rows as read by HDF5, or why it cannot be computed."""
        try:
            done = subprocess.run([self.tool, "--rows", path], capture_output=True, text=True,
                                  check=False, timeout=20)
        except subprocess.TimeoutExpired:
            return "file_hashes hangs"
        return done.stdout.strip() or f"code {done.returncode}: {done.stderr.strip()}"

    def seal_shard(self, path, place):
        """Corrects the shard's checksum in the shard and in the manifest. Expects a shard with a
        single block of rows."""
        manifest = path.parent / "manifest.json"
        old = next(shard["xxh3"] for split in json.loads(manifest.read_text())["splits"].values()
                   for shard in split["shards"] if shard["file"] == path.name)
        new = self._hash(path, place[0], place[1] - place[0])
        data = path.read_bytes()
        at = data.rindex(struct.pack("<Q", int(old, 16)))
        path.write_bytes(data[:at] + struct.pack("<Q", int(new, 16)) + data[at + 8:])
        manifest.write_text(manifest.read_text().replace(old, new))

    def seal_checkpoint(self, path):
        """Corrects a file's size and hash in its checkpoint.json."""
        record = path.parent / "checkpoint.json"
        document = json.loads(record.read_text())
        document["files"][path.name] = {"bytes": path.stat().st_size, "xxh3": self._hash(path)}
        record.write_text(json.dumps(document, indent=2))
