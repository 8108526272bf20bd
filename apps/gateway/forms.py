"""Reads multipart requests: fields and files, as Django's parser takes them apart."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters

from apps.wire.call import Upload
from apps.wire.catalogue import OPERATIONS, root
from apps.wire.errors import WireError
from apps.wire.form_fields import data_of, describe, first_word
from apps.wire.names import operation_name

_END_BYTES = 4096  # that may follow the last boundary


def read_form(
    body: bytes, content_type: str, endpoint: str
) -> tuple[dict[str, Any], dict[str, list[Upload]]]:
    """(data, files) of a form, as `Call` has them, by the schema of the endpoint; raises WireError."""
    _check_end(body, content_type)
    kept = _Kept()
    about = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    try:
        fields, _ = MultiPartParser(about, BytesIO(body), [kept], "utf-8").parse()
    except (MultiPartParserError, TooManyFieldsSent, TooManyFilesSent, RequestDataTooBig) as error:
        raise _unparseable(str(error)[:200].rstrip(".")) from None
    files: dict[str, list[Upload]] = {}
    for name, upload in kept.uploads:
        files.setdefault(first_word(name), []).append(upload)
    operation = operation_name(endpoint)
    schema = root(operation, "body") if operation in OPERATIONS else None
    pairs: list[tuple[str, Any]] = [(name, value) for name, values in fields.lists() for value in values]
    pairs += [(name, describe(upload)) for name, upload in kept.uploads]
    return data_of(pairs, schema), files


def _check_end(body: bytes, content_type: str) -> None:
    """Raises WireError for a form that breaks off: the parser takes what is there for all of it."""
    _, options = parse_header_parameters(content_type)
    boundary = options.get("boundary", "").encode("latin-1", "replace")
    if not boundary:
        raise _unparseable("its Content-Type names no boundary")
    if b"--" + boundary not in body:
        raise _unparseable("the boundary that its Content-Type names is not in it")
    if b"--" + boundary + b"--" not in body[-_END_BYTES - len(boundary) :]:
        raise _unparseable("it ends before its last boundary")


def _unparseable(reason: str) -> WireError:
    return WireError(400, f"We could not parse the multipart/form-data body of your request: {reason}.")


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
