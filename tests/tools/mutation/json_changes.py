"""Malicious JSON: members with impossible values, and text that is not quite JSON."""
import json

DEEP = 100_000
MANY = 380_000
# These are strings of JSON, because Python's json module would not write most of these values.
VALUES = ("-1", "-5", "0", "1", "2", "3", "1.5", "1.0", "1e0", "-0", "1e999", "-1e999", "1e308",
          "1e-400", "00", "+1", "0x10", "2147483647", "2147483648", "4294967296",
          "9007199254740993", "9223372036854775807", "9223372036854775808",
          "18446744073709551615", "18446744073709551616", "1" * 400, "NaN", "Infinity", "null",
          "true", "false", "[]", "{}", "[[]]", '""', '"x"', '"-1"', '"0"', '"../../x"',
          '"/etc/passwd"', '"a\\u0000b"', '"\\ud800"', '"\\u001b[31m"', '"line\\nline"',
          '"' + "x" * 100_000 + '"',
          '"arrival"', '"interarrival"', '"0123456789abcdef"', "[" * DEEP + "]" * DEEP,
          '{"a":' * 2000 + "1" + "}" * 2000)
MARK = "\u0001mutated\u0001"


def members(value, path=()):
    """Yields the paths of all members and elements."""
    items = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list) else ())
    for key, inner in items:
        yield path + (key,)
        yield from members(inner, path + (key,))


def parent_of(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def _near(rng, value):
    """Returns another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice((value + 1, value - 1, -value, value * 2, value + 256, value ^ 1))
    if isinstance(value, float):
        return rng.choice((value * 1.5, -value, value + 1e-3))
    if isinstance(value, str) and value:
        at = rng.randrange(len(value))
        return rng.choice((value[:at] + rng.choice("0af-/. x") + value[at + 1:], value[:-1],
                           value + "0", value.upper(), " " + value))
    return rng.choice((0, "", None))


def _label(path):
    return ".".join(map(str, path))


def edit_member(rng, document):
    """Changes the value of one member."""
    paths = list(members(document))
    path = rng.choice(paths)
    parent, key = parent_of(document, path), path[-1]
    if rng.random() < 0.4:
        value = json.dumps(_near(rng, parent[key]))
    else:
        value = rng.choice(VALUES)
    parent[key] = MARK
    text = json.dumps(document, indent=1).replace(json.dumps(MARK), value)
    return text, f"{_label(path)} = {value[:60]}"


def edit_structure(rng, document):
    """Removes, renames or duplicates a member, or adds an unknown one."""
    path = rng.choice([p for p in members(document) if isinstance(p[-1], str)])
    parent, key, kind = parent_of(document, path), path[-1], rng.randrange(4)
    if kind == 0:
        del parent[key]
        done = f"{_label(path)} removed"
    elif kind == 1:
        parent[rng.choice((key + "x", key.upper(), ""))] = parent.pop(key)
        done = f"{_label(path)} renamed"
    elif kind == 2:
        parent[MARK] = parent[key]
        again = rng.choice((json.dumps(parent[key]), rng.choice(VALUES)))
        text = json.dumps(document, indent=1)
        return (text.replace(json.dumps(MARK), json.dumps(key), 1).replace(
            f"{json.dumps(key)}:", f"{json.dumps(key)}: {again}, {json.dumps(key)}:", 1),
                f"{_label(path)} duplicated, once as {again[:60]}")
    else:
        parent["stranger"] = rng.choice((1, "x", {}, [[]]))
        done = f"an unknown member next to {_label(path)}"
    return json.dumps(document, indent=1), done


def edit_text(rng, document):
    """Applies a change to the whole text."""
    text = json.dumps(document)
    kind = rng.randrange(9)
    return (
        (lambda: ("[" * DEEP + "]" * DEEP, f"nested {DEEP} deep")),
        (lambda: ('{"a":' * DEEP + "1" + "}" * DEEP, f"objects nested {DEEP} deep")),
        (lambda: ("{" + ",".join(f'"k{i}":{i}' for i in range(MANY)) + "}", f"{MANY} members")),
        (lambda: (text[:-1] + "," + ",".join(f'"k{i}":0' for i in range(MANY)) + "}",
                  f"{MANY} additional members")),
        (lambda: (text + text, "the document twice")),
        (lambda: (text + "\n}", "an extra bracket")),
        (lambda: ("\ufeff" + text, "a byte order mark before it")),
        (lambda: (text.replace(",", ",,", 1), "an extra comma")),
        (lambda: ("[" + text + "]", "the document in a list")),
    )[kind]()


def change(rng, data):
    """Returns (bytes, description) for a file that contains one JSON object."""
    document = json.loads(data)
    kind = rng.random()
    edit = edit_member if kind < 0.7 else edit_structure if kind < 0.93 else edit_text
    text, done = edit(rng, document)
    return text.encode("utf-8", "surrogatepass"), done


def change_line(rng, data):
    """Does the same for one line of a file with an object per line."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines) - 1)
    kind = rng.randrange(6)
    if kind == 0:
        lines.insert(at, lines[at])
        return b"\n".join(lines), f"line {at + 1} duplicated"
    if kind == 1:
        return b"\n".join(lines[:at] + lines[at + 1:]), f"line {at + 1} removed"
    text, done = change(rng, lines[at])
    lines[at] = text.replace(b"\n", b" ")
    return b"\n".join(lines), f"line {at + 1}: {done}"
