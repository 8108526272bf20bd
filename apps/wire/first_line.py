"""One line that stands for a call in lists."""

LINE_MAX = 200


def first_line(text: object, *, more: int = 0) -> str:
    """The beginning of a text on one line of at most 200 characters; `more` others stand behind it."""
    room = LINE_MAX - (len(f" (+{more})") if more > 0 else 0)
    # The head of a huge text is enough, and splitting all of it would take long.
    line = " ".join(text[: 3 * LINE_MAX].split()) if isinstance(text, str) else ""
    line = line if len(line) <= room else line[: room - 1] + "…"
    return f"{line} (+{more})".strip() if more > 0 else line
