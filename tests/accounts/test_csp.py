"""The policy of pages: nothing inline; a nonce for styles only where a template asks for one."""

from django.http import HttpRequest, HttpResponse
from django.template import Context, Template

from apps.accounts.csp import content_security_policy, policy


def served(template: str) -> tuple[str, str]:
    """What a page says, and its policy."""

    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(Template(template).render(Context({"request": request})))

    response = content_security_policy(page)(HttpRequest())
    return response.content.decode(), response.headers["Content-Security-Policy"]


def test_a_page_allows_nothing_inline() -> None:
    _, header = served("plain")
    assert header == policy()
    assert "'unsafe" not in header and "nonce" not in header
    assert "script-src 'self';" in header and "style-src 'self';" in header


def test_a_page_that_writes_its_nonce_allows_styles_that_carry_it_and_no_script() -> None:
    nonce, header = served("{{ request.csp_nonce }}")
    assert len(nonce) > 20
    assert f"style-src 'self' 'nonce-{nonce}';" in header
    assert "script-src 'self';" in header


def test_every_page_has_a_nonce_of_its_own() -> None:
    assert served("{{ request.csp_nonce }}") != served("{{ request.csp_nonce }}")
