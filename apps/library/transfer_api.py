"""The library's file over REST."""

import orjson
from django.conf import settings
from django.http import HttpResponse
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.library import storage
from apps.library.api import author
from apps.library.known import every
from apps.library.transfer import FileError, as_file, read_file
from apps.wire.yamltext import write_yaml

FORMATS = {"json": "application/json", "yaml": "application/yaml"}


class ExportView(RestView):
    """The templates that people wrote, as one file."""

    def get(self, request: Request) -> HttpResponse:
        form = request.query_params.get("format", "json")
        if form not in FORMATS:
            raise ParseError("format must be json or yaml, or left out.")
        content = as_file([known for known in every() if not known.is_ready])
        text = write_yaml(content) if form == "yaml" else orjson.dumps(content, option=orjson.OPT_INDENT_2)
        disposition = f"attachment; filename=templates.{form}"
        return HttpResponse(text, content_type=FORMATS[form], headers={"Content-Disposition": disposition})


class ImportView(RestView):
    """Templates from a file; one of a name that is there is written over."""

    parser_classes = [MultiPartParser]

    def post(self, request: Request) -> Response:
        uploads = request.FILES.getlist("file")
        if len(uploads) != 1:
            raise ParseError("Send one file in the form field 'file': curl -F file=@templates.yaml …")
        [upload] = uploads
        if upload.size > settings.IMPORT_MAX_BYTES:
            raise RestError(413, f"The file has more than {settings.IMPORT_MAX_BYTES:,} bytes.")
        try:
            rows, errors = read_file(upload.read())
        except FileError as error:
            raise ParseError(f"The file {error}.") from None
        new = storage.put(rows, by=author(request))
        if new is None:
            raise RestError(409, f"A library holds at most {storage.TEMPLATES_MAX:,} templates.")
        return Response(
            {
                "success": True,
                "added_count": new,
                "changed_count": len(rows) - new,
                "failed_count": len(errors),
                "errors": errors,
            }
        )
