"""The moderations endpoint: its row of the table."""

from apps.wire.endpoint import Endpoint
from apps.wire.moderations.fill import fill, is_whole
from apps.wire.moderations.request import check, summary

CREATE = Endpoint(
    name="moderations",
    method="POST",
    path="/moderations",
    family="moderations",
    check=check,
    fill=fill,
    is_whole=is_whole,
    auto=lambda call, shelf: {},
    summary=summary,
    short_forms=(
        '{"flagged": true}',
        '{"categories": {"hate": true}}',
        '{"category_scores": {"hate": 0.7}}',
        '{"results": [{"flagged": true}]}',
    ),
)
