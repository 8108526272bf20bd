"""Draws the pictures that answers link to: /pictures/1024x1024/SEED/a-red-fox.png says all that it takes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.wire.images.drawing import draw
from apps.wire.images.request import read_size

FOREVER = "public, max-age=31536000, immutable"  # the same address is the same picture
SEED_MAX, WORDS_MAX = 32, 60


@require_safe
def picture(request: HttpRequest, size: str, seed: str, words: str) -> HttpResponse:
    asked = read_size(size)
    if asked is None or len(seed) > SEED_MAX or len(words) > WORDS_MAX:
        raise Http404
    shown = "" if words == "picture" else words.replace("-", " ")
    headers = {"Cache-Control": FOREVER, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(draw(seed, shown, asked), content_type="image/png", headers=headers)
