"""The manners of our own REST: origin, content type, size, errors."""

import json
import logging
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.http.request import UnreadablePostError
from rest_framework.exceptions import NotAuthenticated, Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory

from apps.accounts.rest import RestError, RestView

URL = "/api/preset-queue/a"
BODY = '{"response": {"content": "hi"}}'

pytestmark = pytest.mark.django_db(transaction=True)


class Echo(RestView):
    """Answers what it read, or fails as it is told to."""

    failure: Exception | None = None

    def post(self, request: Any) -> Response:
        if self.failure:
            raise self.failure
        return Response({"read": request.data, "raw": self.raw_body.decode()})

    get = post


class Optional(RestView):
    """Takes a body, or none."""

    def post(self, request: Any) -> Response:
        return Response(self.optional_object(request, "known"))


def post(text: str | bytes = BODY, *, content_type: str = "application/json", **headers: str) -> Any:
    return APIClient().generic("POST", URL, text, content_type=content_type, headers=headers)


@pytest.mark.parametrize(
    "origin", ["http://testserver", "https://testserver", "https://TestServer:443", "http://testserver:80"]
)
def test_a_page_of_this_server_may_write(origin: str) -> None:
    assert post(origin=origin).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://testserver:81",
        "http://testserver.evil.example",
        "http://[",
        "testserver",
    ],
)
def test_a_page_of_another_origin_may_not_write(origin: str) -> None:
    answer = post(origin=origin)
    assert answer.status_code == 403
    assert "another origin" in answer.json()["detail"]


def test_a_foreign_form_may_not_import_a_file() -> None:
    answer = APIClient().post(
        f"{URL}/import", {"file": "[]"}, format="multipart", headers={"origin": "http://evil.example"}
    )
    assert answer.status_code == 403


def test_any_page_may_ask_to_read() -> None:
    assert APIClient().get(URL, headers={"origin": "http://evil.example"}).status_code == 200


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", ""]
)
def test_json_is_read(content_type: str) -> None:
    assert post(content_type=content_type).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "rubbish",
        "x/" + "y" * 300,
    ],
)
def test_another_content_type_is_415_and_names_the_right_one(content_type: str) -> None:
    answer = post(content_type=content_type)
    assert answer.status_code == 415
    assert "Content-Type: application/json" in answer.json()["detail"]


def test_the_text_of_a_body_is_kept_as_it_came() -> None:
    text = '{"b": 1.10,  "a": 1e2}'
    answer = Echo.as_view()(APIRequestFactory().post("/", text, content_type="application/json"))
    assert answer.data == {"read": {"b": 1.1, "a": 100.0}, "raw": text}


@pytest.mark.parametrize("text", ["[]", "0", "false", "null", '""', "[1]", '{"foo": 1}', "{broken"])
def test_a_body_that_may_be_left_out_is_an_object_when_it_is_there(text: str) -> None:
    request = APIRequestFactory().post("/", text, content_type="application/json")
    assert Optional.as_view()(request).status_code == 400


@pytest.mark.parametrize("text", ["", "{}", '{"known": null}'])
@pytest.mark.parametrize("content_type", ["application/json", ""])
def test_a_body_that_may_be_left_out_is_empty_then(text: str, content_type: str) -> None:
    request = APIRequestFactory().generic("POST", "/", text, content_type=content_type)
    assert Optional.as_view()(request).data in ({}, {"known": None})


def test_a_chunked_body_is_read_though_it_announces_no_length() -> None:
    request = APIRequestFactory().post(
        "/", BODY, content_type="application/json", HTTP_TRANSFER_ENCODING="chunked"
    )
    del request.META["CONTENT_LENGTH"]
    assert Echo.as_view()(request).data["raw"] == BODY


def test_a_body_over_the_limit_is_413_whether_it_announces_its_length_or_not(settings: Any) -> None:
    settings.MAX_BODY_BYTES = 50
    answer = post('{"response": {"content": "' + "x" * 50 + '"}}')
    assert answer.status_code == 413
    assert "the limit is 50" in answer.json()["detail"]
    request = APIRequestFactory().post(
        "/", "[" * 51, content_type="application/json", HTTP_TRANSFER_ENCODING="chunked"
    )
    del request.META["CONTENT_LENGTH"]
    assert Echo.as_view()(request).status_code == 413


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nope", "/api/preset-queue/", "/api/preset-queues"])
@pytest.mark.parametrize("method", ["get", "post", "delete", "options"])
def test_an_unknown_url_is_404_in_our_shape(method: str, path: str) -> None:
    answer = getattr(APIClient(), method)(path)
    assert answer.status_code == 404
    assert f"{method.upper()} {path}" in answer.json()["detail"]
    assert "allow" not in answer.headers


@pytest.mark.parametrize(
    ("path", "allowed"), [("", "GET, POST, DELETE"), ("/export", "GET"), ("/pause", "POST")]
)
@pytest.mark.parametrize("method", ["put", "options", "trace", "patch"])
def test_a_method_that_is_not_allowed_is_told_those_that_are(path: str, allowed: str, method: str) -> None:
    answer = getattr(APIClient(), method)(URL + path)
    assert answer.status_code == 405
    assert answer["allow"].replace(", HEAD", "") == allowed
    assert answer.json()["detail"].endswith(f"Allowed here: {answer['allow']}.")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "rubbish", "*/*"])
def test_the_answer_is_json_whatever_is_accepted(accept: str) -> None:
    answer = APIClient().get(f"{URL}?format=xml", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (RestError(410, "gone"), 410),
        (RequestDataTooBig("big"), 413),
        (BadRequest("bad"), 400),
        (UnreadablePostError("cut"), 400),
        (Http404(), 404),
        (PermissionDenied(), 403),
        (Throttled(3), 429),
        (NotAuthenticated(), 403),
    ],
)
def test_every_foreseen_error_has_its_code_and_a_detail(failure: Exception, status: int) -> None:
    answer = Echo.as_view(failure=failure)(APIRequestFactory().get("/"))
    assert answer.status_code == status
    assert set(answer.data) == {"detail"}
    assert answer.data["detail"]


def test_an_error_lists_what_is_wrong_in_particular() -> None:
    failure = RestError(409, "no", [{"id": "7", "error": "unknown"}])
    answer = Echo.as_view(failure=failure)(APIRequestFactory().get("/"))
    assert answer.data == {"detail": "no", "errors": [{"id": "7", "error": "unknown"}]}


def test_a_serializers_errors_come_as_a_flat_list() -> None:
    failure = ValidationError({"pace": {"token_ms": ["too big"]}, "label": ["too long"]})
    answer = Echo.as_view(failure=failure)(APIRequestFactory().get("/"))
    assert answer.status_code == 400
    assert answer.data["detail"] == "pace.token_ms too big; label too long"
    assert answer.data["errors"][1] == {"field": "label", "error": "too long"}


def test_an_unforeseen_error_is_logged_and_tells_nothing(caplog: Any) -> None:
    with caplog.at_level(logging.ERROR):
        answer = Echo.as_view(failure=RuntimeError("secret insides"))(APIRequestFactory().get("/"))
    assert answer.status_code == 500
    assert "secret" not in json.dumps(answer.data)
    assert "secret insides" in caplog.text


def test_a_wrong_host_is_told_which_setting_to_change(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.DEBUG = False
    answer = APIClient().get(URL, headers={"host": "other"})
    assert answer.status_code == 400
    assert "MOCKOPENAI_ALLOWED_HOSTS" in answer.json()["detail"]


@pytest.mark.parametrize("address", ["/api/%00", "/api/x?a=%00", "/api/x?%00=a", "/api/x?a=b%00c"])
def test_an_address_that_holds_nul_is_refused(address: str) -> None:
    answer = Echo.as_view()(APIRequestFactory().get(address))
    assert answer.status_code == 400
    assert "U+0000" in answer.data["detail"]


def test_a_percent_sign_before_zeros_is_no_nul() -> None:
    assert Echo.as_view()(APIRequestFactory().get("/api/x?a=%2500")).status_code == 200
