#!/usr/bin/env python3
"""Checks every link, anchor and path in the documents, and every file and section that a source
cites.

Usage: check_links.py [REPOSITORY]. Prints a line per broken link; exit status 1 if there are any.
"""
import pathlib
import re
import sys

import documents as docs

LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
DOCUMENT = re.compile(r"(?<![\w/.$}-])[\w./-]*[\w-]\.md\b")
WRITTEN = {"page.md", "summary.md"}  # files that a program of the repository writes
# Matches docs/spec/x.md 4.2 and docs/spec/x.md, "Evaluation", but not docs/x.md: "A" and "B", which
# is a citation followed by other text.
SECTION = re.compile(r"([\w./-]+\.md)(?:,? (?:section )?(\d[\d., to-]*)|,? \"([^\"]+)\")")
IN_SECTION = re.compile(r"\"([^\"]+)\" (?:in|of) ([\w./-]+\.md)\b")


def resolve(root, cited_in, target):
    """Resolves a path that is relative to the repository's root or to the citing file's folder."""
    for folder in (root, (root / cited_in).parent):
        if docs.exists(folder, target):
            return folder / target
    return None


def find_broken_links(root, path, prose):
    for target in LINK.findall(prose):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, wanted = target.partition("#")
        file = (root / path).parent / name if name else root / path
        if not file.exists():
            yield f"{path}: the target of the link to {target} does not exist"
        elif wanted and wanted not in map(docs.anchor, docs.headings(file.read_text())):
            yield f"{path}: {name or path} has no heading for #{wanted}"


def find_broken_paths(root, path, text):
    text = re.sub(r"\w+://\S+", " ", text)
    for match in docs.PATH.finditer(text):
        for one in docs.alternatives(match[0]):
            if not docs.exists(root, one) and not docs.exists((root / path).parent, one):
                yield f"{path}: there is no {one}"
    for match in DOCUMENT.finditer(text):
        if docs.PATH.match(match[0]) or pathlib.Path(match[0]).name in WRITTEN:
            continue
        if resolve(root, path, match[0]) is None:
            yield f"{path}: there is no {match[0]}"


def has_number(text, number):
    """Returns whether a numbered section exists: 4 is the heading "4. Name", 4.2 the second item of
    the list below it."""
    section, _, point = number.partition(".")
    body = re.search(rf"^#+ {section}\. .*\n((?:(?!#+ \d).*\n?)*)", text, re.M)
    return bool(body) and (not point or bool(re.search(rf"^{point}\. ", body[1], re.M)))


def find_broken_sections(root, path, text):
    text = re.sub(r"\s*\n\s*(?://[/!]?|#)?\s*", " ", text)  # a citation may continue on the next line
    cited = [(name, numbers, heading) for name, numbers, heading in SECTION.findall(text)]
    cited += [(name, "", heading) for heading, name in IN_SECTION.findall(text)]
    cited += [("docs/spec/preprocessing.md", numbers, "") for numbers in re.findall(r"\(spec (\d[\d.]*)\)", text)]
    for name, numbers, heading in cited:
        file = resolve(root, path, name)
        if file is None:
            continue  # already reported
        content = file.read_text()
        for number in re.findall(r"\d+(?:\.\d+)?", numbers):
            if not has_number(content, number):
                yield f"{path}: {name} has no section {number}"
        if heading and heading not in docs.headings(content):
            yield f'{path}: {name} has no section "{heading}"'


def find_unnamed_folders(root):
    readme = root / "README.md"
    for folder in sorted((root / "src").iterdir()):
        if folder.is_dir() and f"`{folder.name}/`" not in readme.read_text():
            yield f"README.md: no description of src/{folder.name}/"


def find_problems(root):
    yield from find_unnamed_folders(root)
    for path in docs.documents(root):
        text = (root / path).read_text()
        prose, blocks = docs.split_code(text)
        yield from find_broken_links(root, path, prose)
        yield from find_broken_paths(root, path, "\n".join(docs.spans(prose) + blocks))
        yield from find_broken_sections(root, path, prose.replace("`", ""))
    for path in docs.sources(root):
        if path.parts[:2] == ("tests", "docs"):
            continue  # names missing files on purpose
        text = docs.cited_text(path, (root / path).read_text())
        yield from find_broken_paths(root, path, text)
        yield from find_broken_sections(root, path, text)


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    problems = sorted(set(find_problems(root)))
    for problem in problems:
        print(problem)
    print(f"{len(docs.documents(root))} documents and {len(docs.sources(root))} sources: {len(problems)} problems")
    return 1 if problems or not docs.documents(root) else 0


if __name__ == "__main__":
    sys.exit(main())
