"""The characters that must not stand in a snippet as they are: it is pasted into terminals and files."""

import re

# Control characters but line ends and tabs: a terminal obeys them. Marks of direction: they make text
# look other than it is read. Separators of lines and paragraphs: some editors end a line there.
ODD = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def escape_odd(text: str) -> str:
    r"""Every odd character as \uXXXX, for inside a string of JSON or JavaScript."""
    return ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
