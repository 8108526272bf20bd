"""Which endpoint a wrong path may have meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

_NEAR, _HARDLY = 0.6, 0.08  # of two paths, from 0 to 1: alike, and as alike as others
_EVERYWHERE = " /v1"  # all that paths have in common says nothing of what was meant


def nearest(asked: str, known: Iterable[str]) -> list[str]:
    """Of endpoints as "POST /v1/chat/completions" the nearest one; up to two others, hardly less near."""
    told = {one.replace(_EVERYWHERE, " ", 1): one for one in known}
    meant = asked[:300].replace(_EVERYWHERE, " ", 1)
    near = get_close_matches(meant, told, n=3, cutoff=_NEAR)
    if not near:
        return []
    least = SequenceMatcher(None, near[0], meant).ratio() - _HARDLY
    return [told[one] for one in get_close_matches(meant, near, n=3, cutoff=max(_NEAR, least))]
