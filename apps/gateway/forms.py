"""Reads multipart requests: fields and files, as Django's parser takes them apart."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from apps.wire.call import Upload
from apps.wire.catalogue import OPERATIONS, root
from apps.wire.errors import WireError
from apps.wire.form_fields import data_of, describe, first_word
from apps.wire.names import operation_name


def read_form(
    body: bytes, content_type: str, endpoint: str
) -> tuple[dict[str, Any], dict[str, list[Upload]]]:
    """(data, files) of a form, as `Call` has them, by the schema of the endpoint; raises WireError."""
    kept = _Kept()
    about = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    try:
        fields, _ = MultiPartParser(about, BytesIO(body), [kept], "utf-8").parse()
    except (MultiPartParserError, TooManyFieldsSent, TooManyFilesSent, RequestDataTooBig) as error:
        reason = str(error)[:200].rstrip(".")
        message = f"We could not parse the multipart/form-data body of your request: {reason}."
        raise WireError(400, message) from None
    files: dict[str, list[Upload]] = {}
    for name, upload in kept.uploads:
        files.setdefault(first_word(name), []).append(upload)
    operation = operation_name(endpoint)
    schema = root(operation, "body") if operation in OPERATIONS else None
    pairs: list[tuple[str, Any]] = [(name, value) for name, values in fields.lists() for value in values]
    pairs += [(name, describe(upload)) for name, upload in kept.uploads]
    return data_of(pairs, schema), files


class _Kept(FileUploadHandler):
    """Keeps each file's bytes, with the name of its field."""

    def __init__(self) -> None:
        super().__init__()
        self.uploads: list[tuple[str, Upload]] = []
        self._pieces: list[bytes] = []
        self.chunk_size = max(64 * 1024, min(settings.MAX_BODY_BYTES, 1024 * 1024))

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._pieces = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._pieces.append(raw_data)

    def file_complete(self, file_size: int) -> None:
        upload = Upload(self.file_name or "", self.content_type or "", b"".join(self._pieces))
        self.uploads.append((self.field_name or "", upload))
