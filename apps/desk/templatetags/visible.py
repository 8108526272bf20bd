"""Texts of others, in templates: characters that hide, reorder or do things are named where they stand."""

import re

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Control characters but tab and line ends, bidi controls, what has no width, tags. Joiners stay:
# emoji and several scripts are written with them. static/js/visible.js has the same list.
ODD = re.compile(
    "([\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]|\r(?!\n))"
)


@register.filter
def visible(text: object) -> SafeString:
    """The text escaped; each odd character as its number, marked."""
    parts = ODD.split(str(text))
    if len(parts) == 1:
        return conditional_escape(parts[0])
    return format_html_join("", "{}", ((_shown(part),) for part in parts if part))


@register.filter
def visible_text(text: object) -> str:
    """The same without marks, for an attribute."""
    return ODD.sub(lambda found: f"U+{ord(found[0]):04X}", str(text))


def _shown(part: str) -> SafeString:
    if ODD.fullmatch(part):
        return format_html('<span class="odd">{}</span>', f"U+{ord(part):04X}")
    return mark_safe(conditional_escape(part))  # noqa: S308 - escaped in this line
