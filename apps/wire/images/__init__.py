"""The images endpoints: their rows of the table."""

from apps.wire.endpoint import Endpoint
from apps.wire.images.fill import fill, is_whole
from apps.wire.images.frames import edited, generated
from apps.wire.images.request import check_edit, check_generate, check_variation, summary

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
)
ENDPOINTS = (GENERATE, EDIT, VARIATION)
