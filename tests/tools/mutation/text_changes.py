"""Malicious INI files and other short text files."""

VALUES = ("-1", "0", "1", "1e999", "nan", "inf", "", "9" * 30, "2147483648", "1.5", "true", "x",
          "'1'", "1 # a word", "1;2", "/nowhere", "\x00", "\x1b[31m", "x" * 100_000, "5s", "-5s",
          "[model]", "=", "0x10", "1,000")
LINES = ("stranger = 1", "[stranger]", "no equals sign", "= 1", "[model", "]", "; a comment",
         "# a comment", "[model]\nstranger = 1", "\x00", "\ufeff", "hidden_dim = 8", "[]")


def change(rng, data):
    """Returns (bytes, description)."""
    lines = data.decode().split("\n")
    at, kind = rng.randrange(len(lines)), rng.randrange(8)
    if kind < 4 and "=" in lines[at]:
        key, value = lines[at].split("=", 1)[0], rng.choice(VALUES)
        lines[at] = f"{key}= {value}"
        done = f"{key.strip()} = {value[:40]!r}"
    elif kind == 4:
        lines.insert(at, lines[at])
        done = f"line {at + 1} duplicated"
    elif kind == 5:
        line = lines.pop(at)
        done = f"line {at + 1} removed: {line}"
    elif kind == 6:
        return ("\r\n".join(lines).encode(), "lines end with CR LF")
    else:
        line = rng.choice(LINES)
        lines.insert(at, line)
        done = f"line {at + 1} inserted: {line!r}"
    return "\n".join(lines).encode(), done
