"""The steps about who may do what: nobody without an account, the first admin, an operator, tokens, keys."""

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from openai import AuthenticationError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from deploy.trial import browser
from deploy.trial.calls import CALL, queue, sdk
from deploy.trial.stack import Stack, TrialError, wait_for
from deploy.trial.steps import answered_by_hand, check

LINK = r"http://\S+(/join/[\w-]+)"


def _password() -> str:
    return secrets.token_urlsafe(18)


@dataclass
class People:
    """Their passwords: made anew for each trial."""

    alice: str = field(default_factory=_password)
    bob: str = field(default_factory=_password)


def link_in(log: str) -> str:
    """The path of the set-up link that a start has printed."""
    found = re.findall(LINK, log)
    if not found:
        raise TrialError(f"no set-up link in the log:\n{log[-2000:]}")
    return str(found[-1])


def strangers(stack: Stack) -> str:
    """Without an account: no REST, no page, no socket; /v1 as ever."""
    refused = httpx.get(f"{stack.url}/api/preset-queue")
    check(true=refused.status_code == 401 and "Bearer" in refused.json()["detail"], what=refused.text[:300])
    for path in ("/", "/people", "/journal"):
        led = httpx.get(f"{stack.url}{path}")
        to = led.headers.get("location", "")
        check(true=led.status_code == 302 and to.startswith("/login"), what=f"{path}: {led.status_code} {to}")
    with connect(stack.url.replace("http", "ws") + "/ws", origin=Origin(stack.url)) as page:
        try:
            page.recv(timeout=20)
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 0
        else:
            raise TrialError("a stranger was told of events")
    models = httpx.get(f"{stack.url}/v1/models", headers={"authorization": "Bearer sk-anything"})
    check(true=models.status_code == 200 and code == 4401, what=f"{models.status_code}, {code}")
    return f"`/api` 401, pages lead to the log-in, `/ws` closed with {code}; `/v1` takes any key"


def first_admin(stack: Stack, people: People) -> str:
    """By the link in `docker-compose logs web`; then out, in, another password."""
    path = link_in(stack.compose("logs", "--no-color", "web").decode())
    first = _password()
    with browser.browser() as page:
        browser.join(page, f"{stack.url}{path}", "alice", first)
        browser.log_out(page)
        check(true=browser.is_refused(page, stack.url, "alice", "not hers"), what="a wrong password")
        browser.log_in(page, stack.url, "alice", first)
        browser.change_password(page, stack.url, first, people.alice)
    with browser.browser() as page:
        check(true=browser.is_refused(page, stack.url, "alice", first), what="the old password works")
        browser.log_in(page, stack.url, "alice", people.alice)
    again = httpx.get(f"{stack.url}{path}")
    check(true=again.status_code == 404, what=f"the link works twice: {again.status_code}")
    return "alice by the link in the log, which then was used up; logged out and in; changed her password"


def operator(stack: Stack, people: People) -> str:
    """bob comes by a link of alice's, and may not do what she may."""
    with browser.browser() as page:
        browser.log_in(page, stack.url, "alice", people.alice)
        link = browser.invite(page, stack.url, "bob", "operator")
    check(true=link.startswith(f"{stack.url}/join/"), what=f"the link is {link}")
    with browser.browser() as page:
        browser.join(page, link, "bob", people.bob)
        refused = page.goto(f"{stack.url}/people")
        status = refused.status if refused else 0
    check(true=status == 403, what=f"bob saw People: {status}")
    return "bob by alice's invitation, as operator; People is 403 for him"


def token(stack: Stack, people: People) -> str:
    """What scripts use from here on: an editor's token of alice's."""
    with browser.browser() as page:
        browser.log_in(page, stack.url, "alice", people.alice)
        text = browser.make_token(page, stack.url, "editor")
    stack.api.headers["authorization"] = f"Bearer {text}"
    allowed = stack.api.put("/api/fallback", json={"text": "manual"}).status_code
    refused = stack.api.post("/api/caller-keys", json={"caller": "ci"})
    check(true=(allowed, refused.status_code) == (200, 403), what=f"{allowed}, {refused.status_code}")
    return "made by alice on her page, role editor: switches the fallback (200), issues no keys (403)"


def required_key(stack: Stack, people: People) -> str:
    """REQUIRE_KEY=1 in .env, `up -d`: only what alice has issued may call /v1."""
    with browser.browser() as page:
        browser.log_in(page, stack.url, "alice", people.alice)
        key = browser.issue_key(page, stack.url, "ci-keyed")
    queue(stack, "ci-keyed", 1)
    _recreate(stack, REQUIRE_KEY="1")
    try:
        sdk(stack, "any", max_retries=0).models.list()
    except AuthenticationError as error:
        code = error.code
    else:
        raise TrialError("any key was let in")
    headers = {"authorization": f"Bearer {key}"}
    said = httpx.post(f"{stack.url}/v1/chat/completions", json=CALL, headers=headers, timeout=30)
    taken = said.json()["choices"][0]["message"]["content"] if said.status_code == 200 else said.text[:300]
    _recreate(stack, REQUIRE_KEY="0")
    sdk(stack, "any").models.list()
    check(true=(code, taken) == ("invalid_api_key", "0"), what=f"{code}, {taken}")
    return "`REQUIRE_KEY=1`: another key is `invalid_api_key`, the issued one took its caller's preset; then 0 again"


def _recreate(stack: Stack, **settings: str) -> None:
    stack.configure(**settings)
    stack.compose("up", "-d", "--no-deps", "web")
    wait_for(lambda: httpx.get(f"{stack.url}/login").status_code == 200, "web with other settings")
    stack.wait_until_healthy()


def everybody_is_still_there(stack: Stack, people: People) -> str:
    """After all of it: passwords and roles as they were, and who did what; a password that was forgotten is set anew."""
    with browser.browser() as page:
        browser.log_in(page, stack.url, "bob", people.bob)
        browser.log_out(page)
        browser.log_in(page, stack.url, "alice", people.alice)
        page.goto(f"{stack.url}/people/log?who=bob")
        told = page.locator("#main").inner_text()
    check(true="desk.answer" in told, what=f"the audit log says of bob: {told[:500]}")
    people.bob = _password()
    command = ("exec", "-T", "web", "python", "manage.py", "changepassword", "bob")
    stack.compose(*command, data=f"{people.bob}\n{people.bob}\n".encode())
    with browser.browser() as page:
        browser.log_in(page, stack.url, "bob", people.bob)
    return "bob and alice log in; the audit log has bob's answer; `changepassword bob` in the container, and he logs in by it"


def by_hand(stack: Stack, people: People, picture: Path) -> str:
    """bob answers at the desk, through nginx: a whole call, and one that streams."""

    def answer(question: str, text: str) -> None:
        with browser.browser() as page:
            browser.log_in(page, stack.url, "bob", people.bob)
            browser.answer_by_hand(page, stack.url, question, text, picture)

    for streamed in (False, True):
        answered_by_hand(stack, answer, streamed=streamed)
    return "the SDK got what bob typed in a browser, whole and streamed: [picture](screenshots/deployed.png)"
