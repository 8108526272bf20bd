"""The library over REST: the templates, and what one would say to a call."""

from typing import Any

import orjson
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.guard import who
from apps.accounts.person import person_name
from apps.accounts.rest import RestError, RestView
from apps.library import storage
from apps.library.authoring import FIELDS, TemplateError, read_template
from apps.library.content import vars_problems
from apps.library.known import Known, as_written, every, find, near, read_row
from apps.library.preview import PreviewError, asked_call, what_goes_out
from apps.library.tried import template_doubts
from apps.wire.rawtext import raw_member

TRIES_MAX = 20  # to change a template that others change, too
PREVIEW_FIELDS = ("vars", "call", "endpoint", "caller", "seed", "count")


def item(known: Known) -> dict[str, Any]:
    """A template as lists show it."""
    changed = known.changed_at.timestamp() if known.changed_at else None
    told = {"ready": known.is_ready, "changed_by": known.changed_by, "changed_at": changed}
    return {**as_written(known), **told}


def refuse(error: TemplateError) -> RestError:
    return RestError(400, str(error), error.errors)


def author(request: Request) -> str:
    """Who changes it: the account, else X-Mock-Person."""
    return who(request).name or person_name(request.headers.get("X-Mock-Person", "")) or "api"


def known_or_404(name: str) -> Known:
    """The template of that name."""
    known = find(name)
    if known is None:
        close = near(name)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise NotFound(f"There is no template {name[:64]!r}.{hint}")
    return known


class TemplatesView(RestView):
    """All templates."""

    def get(self, request: Request) -> Response:
        """The templates by category; `category` and `q` (in name or description) choose among them."""
        category, wanted = request.query_params.get("category"), request.query_params.get("q", "").lower()
        found = [
            item(one)
            for one in every()
            if category in (None, one.category) and wanted in f"{one.name} {one.description}".lower()
        ]
        return Response({"count": len(found), "templates": found})

    def post(self, request: Request) -> Response:
        """Adds a template of one's own."""
        fields = self.json_object(request)
        columns = read(fields, self.raw_body)
        if problem := storage.name_problem(columns["name"]):
            raise RestError(409, f"{problem}.")
        if not storage.add(columns, by=author(request)):
            raise RestError(409, f"There is a template {columns['name']!r} already, or no room for another.")
        return Response({"success": True, "name": columns["name"], **doubtful(columns)})


class TemplateView(RestView):
    """One template."""

    def get(self, request: Request, name: str) -> Response:
        return Response(item(known_or_404(name)))

    def patch(self, request: Request, name: str) -> Response:
        """Changes the fields that are named; what somebody else changes meanwhile stays."""
        known, changes = known_or_404(name), self.json_object(request)
        if problem := storage.name_problem(known.name):
            raise RestError(409, f"{problem}.")
        if changes.get("name", name) != name:
            raise ParseError("A name stays, since presets name it: copy the template instead.")
        if not changes.keys() & set(FIELDS):
            raise ParseError(f"Name at least one field to change: {', '.join(FIELDS)}.")
        for _ in range(TRIES_MAX):
            assert known.changed_at is not None  # people wrote it
            raw = raw_member(self.raw_body, "response") if "response" in changes else known.raw
            base = {**as_written(known), "response": orjson.loads(known.raw)}
            columns = read({**base, **changes}, raw=raw)
            if storage.change(columns, by=author(request), since=known.changed_at):
                return Response({"success": True, "template": item(known_or_404(name)), **doubtful(columns)})
            known = known_or_404(name)
        raise RestError(409, f"The template {name!r} is changed all the time: try again.")

    def delete(self, request: Request, name: str) -> Response:
        known = known_or_404(name)
        if problem := storage.name_problem(known.name):
            raise RestError(409, f"{problem}.")
        storage.remove(name)
        return Response({"success": True})


class RenderView(RestView):
    """What a template would say."""

    def post(self, request: Request, name: str) -> Response:
        """POST {"vars"?, "call"?: a body or an exchange's id, "endpoint"?, "caller"?, "seed"?, "count"?}."""
        return Response(shown(known_or_404(name), self.optional_object(request, *PREVIEW_FIELDS)))


class PreviewView(RestView):
    """What a template that is still being written would say."""

    def post(self, request: Request) -> Response:
        """POST {"template": {…}, and what `render` takes}; nothing is kept."""
        fields = self.json_object(request)
        template = fields.pop("template", None)
        if not isinstance(template, dict):
            raise ParseError("template must be an object: the fields of a template.")
        if unknown := fields.keys() - set(PREVIEW_FIELDS):
            raise ParseError(f"{min(unknown)} is not a field here; known: {', '.join(PREVIEW_FIELDS)}.")
        columns = read(template, raw_member(self.raw_body, "template") or b"{}")
        return Response(shown(read_row(columns), fields))


def read(fields: dict[str, Any], text: bytes = b"", *, raw: bytes | None = None) -> dict[str, str]:
    """The columns of an author's fields, whose text is given, or that of their response; or a 400."""
    try:
        return read_template(fields, raw=raw if raw is not None else raw_member(text, "response"))
    except TemplateError as error:
        raise refuse(error) from None


def doubtful(columns: dict[str, str]) -> dict[str, Any]:
    """What an answer says of a template that is accepted though doubtful."""
    known = read_row(columns)
    given = {name: about.get("default", name) for name, about in known.variables.items()}
    found = template_doubts(known, given)
    return {"warning_count": len(found), "warnings": found} if found else {}


def shown(known: Known, fields: dict[str, Any]) -> dict[str, Any]:
    """What would go out, or a 400."""
    if wrong := vars_problems(known, fields.get("vars")):
        raise RestError(400, "; ".join(f"{one['field']} {one['error']}" for one in wrong), wrong)
    try:
        return what_goes_out(known, fields, asked_call(fields))
    except PreviewError as error:
        raise RestError(400, str(error)) from None
