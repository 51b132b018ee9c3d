"""Reads a repository's documents, and extracts their links, headings and code."""
import glob
import os
import pathlib
import re

SKIPPED = {"build", "__pycache__"}
SOURCES = {".c", ".cff", ".cmake", ".conf", ".cpp", ".cu", ".cuh", ".hpp", ".in", ".ini", ".py", ".sbatch", ".sh", ".txt",
           ".yml"}
FOLDERS = ("src", "include/amt", "tests", "docs", "jobs", "configs", "cmake")
PATH = re.compile(r"(?<![\w/.$}>-])(?:%s)/(?:[\w.*/+-]|\{[\w,.]*\})*(?:[\w/*]|\{[\w,.]*\})" % "|".join(FOLDERS))


def files(root):
    """Returns all files except build output and recorded data, as paths relative to `root`."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED and (not f.startswith(".") or f in (".ci", ".github")))
        for name in sorted(names):
            yield (pathlib.Path(folder) / name).relative_to(root)


def documents(root):
    return [path for path in files(root) if path.suffix == ".md"]


def sources(root):
    return [path for path in files(root)
            if (path.suffix in SOURCES or path.parent.name == ".ci") and path.parts[:2] != ("tests", "data")]


def cited_text(path, text):
    """Returns the part of a source that may cite documents. In C++ tests this excludes strings,
    which may name files that the tests create."""
    if path.parts[0] != "tests" or path.suffix not in (".cpp", ".hpp"):
        return text
    return "\n".join("//" + line.partition("//")[2] for line in text.split("\n"))


def split_code(text):
    """Returns (prose, fenced blocks). The prose keeps all line breaks, so line numbers stay
    valid."""
    blocks, prose = [], []
    block = None
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            if block is None:
                block = []
            else:
                blocks.append("\n".join(block))
                block = None
            prose.append("")
        elif block is not None:
            block.append(line)
            prose.append("")
        else:
            prose.append(line)
    return "\n".join(prose), blocks


def spans(prose):
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)]


def headings(text):
    prose, _ = split_code(text)
    return [line.lstrip("#").strip() for line in prose.split("\n") if re.match(r"#+ ", line)]


def anchor(heading):
    """Returns the anchor that GitHub gives a heading."""
    heading = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def alternatives(path):
    """Expands braces: src/x.{hpp,cpp} gives two paths."""
    match = re.search(r"\{([^}]*)\}", path)
    if not match:
        return [path]
    return [one for part in match[1].split(",")
            for one in alternatives(path[:match.start()] + part + path[match.end():])]


def exists(folder, path):
    """Returns whether a file exists. X matches any name, as in include/amt/ops/X.hpp."""
    pattern = re.sub(r"(?<![A-Za-z])X(?![A-Za-z])", "*", str(path))
    return bool(glob.glob(os.path.join(glob.escape(str(folder)), pattern)))
