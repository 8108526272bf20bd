"""The embeddings endpoint: its row of the table."""

from apps.wire.embeddings.fill import fill
from apps.wire.embeddings.request import auto, check, summary
from apps.wire.endpoint import Endpoint

CREATE = Endpoint(
    name="embeddings",
    method="POST",
    path="/embeddings",
    family="embeddings",
    check=check,
    fill=fill,
    # How its numbers are written is the call's to say, so that no body is whole before there is one.
    is_whole=lambda body: False,
    auto=auto,
    summary=summary,
    slow=True,
    short_forms=('{"embedding": [0.1, 0.2]}', '{"embeddings": [[0.1, 0.2]]}', '{"data": [[0.1, 0.2]]}'),
)
