"""The repository's guides as HTML: the part of Markdown that they are written in, everything else as text."""

import re
from collections.abc import Callable, Collection, Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

_INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<bold>.+?)\*\*|\[(?P<text>[^\]]+)\]\((?P<href>[^)]+)\)|<(?P<url>https?://[^>]+)>"
)
_HEADING = re.compile(r"(#{1,6}) (.+)")
_ITEM = re.compile(r"(?:[-*]|(\d+)\.) +(.+)")
_CELL = re.compile(r"(?<!\\)\|")
_STARTS = ("#", "|", "```", ">")

Write = Callable[[str], str]  # a line of Markdown as HTML


def guide_html(text: str, *, known: Collection[str]) -> SafeString:
    """A guide; links lead to the `known` ones beside it, to its own headings and to the web."""

    def write(line: str) -> str:
        return _INLINE.sub(lambda match: _inline(match, known), _escape_plain(line))

    return mark_safe("\n".join(_blocks(text.splitlines(), write)))  # noqa: S308 - all of it escaped above


def _escape_plain(line: str) -> str:
    """Escapes what is not a <https://…> link."""
    return "".join(
        part if _INLINE.fullmatch(part) and part.startswith("<") else str(escape(part))
        for part in re.split(r"(<https?://[^>\s]+>)", line)
    )


def _inline(match: "re.Match[str]", known: Collection[str]) -> str:
    if match["code"]:
        return f"<code>{match['code']}</code>"
    if match["bold"]:
        return f"<strong>{match['bold']}</strong>"
    if match["url"]:
        url = escape(match["url"])
        return f'<a href="{url}">{url}</a>'
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", match["text"])
    name, _, place = match["href"].partition("#")
    if match["href"].startswith(("https://", "http://")):
        return f'<a href="{match["href"]}">{text}</a>'
    if not name or name.removesuffix(".md") in known:
        return f'<a href="{name.removesuffix(".md")}{"#" + place if place else ""}">{text}</a>'
    return text


def _blocks(lines: list[str], write: Write) -> Iterator[str]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith("```"):
            end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith("```")), len(lines))
            yield _code(lines[at + 1 : end])
            at = end + 1
            continue
        if not line.strip():
            at += 1
            continue
        taken, html = _block(lines[at:], write)
        yield html
        at += taken


def _block(lines: list[str], write: Write) -> tuple[int, str]:
    """The block that begins here: how many lines it has, and its HTML."""
    first = lines[0]
    heading = _HEADING.fullmatch(first)
    if heading:
        level, text = len(heading[1]), heading[2]
        return 1, f'<h{level} id="{slugify(text)}">{write(text)}</h{level}>'
    if first.startswith("|"):
        rows = _while(lines, lambda line: line.startswith("|"))
        return len(rows), _table(rows, write)
    if first.startswith("    "):
        inset = _while(lines, lambda line: line.startswith("    "))
        return len(inset), _code([line[4:] for line in inset])
    if first.startswith(">"):
        quoted = _while(lines, lambda line: line.startswith(">"))
        return len(quoted), f"<blockquote>{write(' '.join(line[1:].strip() for line in quoted))}</blockquote>"
    if _ITEM.match(first):
        items = _while(lines, lambda line: bool(_ITEM.match(line)) or line.startswith("  "))
        return len(items), _list(items, write)
    plain = [first, *_while(lines[1:], lambda line: bool(line.strip()) and not line.startswith(_STARTS))]
    return len(plain), f"<p>{write(' '.join(plain))}</p>"


def _while(lines: list[str], fits: Callable[[str], bool]) -> list[str]:
    end = next((n for n, line in enumerate(lines) if not fits(line)), len(lines))
    return lines[:end]


def _code(lines: list[str]) -> str:
    return f'<pre class="raw" tabindex="0"><code>{escape(chr(10).join(lines))}</code></pre>'


def _list(lines: list[str], write: Write) -> str:
    items: list[str] = []
    for line in lines:
        match = _ITEM.match(line)
        if match:
            items.append(match[2])
        else:
            items[-1] += f" {line.strip()}"
    first = _ITEM.match(lines[0])
    number = first[1] if first else None
    opening, closing = (f'<ol start="{number}">', "</ol>") if number else ("<ul>", "</ul>")
    return opening + "".join(f"<li>{write(item)}</li>" for item in items) + closing


def _table(rows: list[str], write: Write) -> str:
    """Its first row names the columns; a row that begins with one word of code can be linked to by it."""
    names, _, *body = [_cells(row) for row in rows]
    head = "".join(f'<th scope="col">{write(name)}</th>' for name in names)
    lines = [
        f"<tr{_anchor(cells[0])}>{''.join(f'<td>{write(cell)}</td>' for cell in cells)}</tr>"
        for cells in body
    ]
    return f'<table class="table"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _cells(row: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _CELL.split(row.strip())[1:-1]]


def _anchor(cell: str) -> str:
    word = re.fullmatch(r"`(\w+)`", cell)
    return f' id="{word[1]}"' if word else ""
