"""Pictures that came along in a call, as data: URLs: only kinds that can do nothing but be looked at."""

import binascii
import re

_DATA_URL = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,", re.I)


def is_picture(url: str) -> bool:
    """Whether this is a picture that came along."""
    return _DATA_URL.match(url) is not None


def read_picture(url: str) -> tuple[str, bytes] | None:
    """(its type, its bytes) of such a URL; None when there is no picture in it."""
    found = _DATA_URL.match(url)
    if found is None:
        return None
    try:
        return found[1].lower(), binascii.a2b_base64(url[found.end() :])
    except (binascii.Error, ValueError):
        return None
