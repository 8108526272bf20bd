"""The images endpoints: their rows of the table."""

from apps.wire.endpoint import Endpoint
from apps.wire.images.fill import fill, is_whole
from apps.wire.images.frames import edited, generated
from apps.wire.images.request import check_edit, check_generate, check_variation, summary

SHORT_FORMS = ('{"url": "https://…"}', '{"b64_json": "…"}', '{"data": ["…"]}', '{"revised_prompt": "…"}')
GENERATE = Endpoint(
    name="images.generate",
    method="POST",
    path="/images/generations",
    family="images",
    check=check_generate,
    fill=fill,
    is_whole=is_whole,
    auto=lambda call, shelf: {},
    summary=summary,
    slow=True,
    short_forms=SHORT_FORMS,
    frames=generated,
)
EDIT = Endpoint(
    name="images.edit",
    method="POST",
    path="/images/edits",
    family="images",
    check=check_edit,
    fill=fill,
    is_whole=is_whole,
    auto=lambda call, shelf: {},
    summary=summary,
    slow=True,
    short_forms=SHORT_FORMS,
    frames=edited,
)
VARIATION = Endpoint(
    name="images.variation",
    method="POST",
    path="/images/variations",
    family="images",
    check=check_variation,
    fill=fill,
    is_whole=is_whole,
    auto=lambda call, shelf: {},
    summary=summary,
    slow=True,
    short_forms=SHORT_FORMS,
)
ENDPOINTS = (GENERATE, EDIT, VARIATION)
