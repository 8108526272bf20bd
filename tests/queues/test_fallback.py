"""What happens to calls that no preset accepts is switched at run time."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.journal import rows
from apps.queues.fallback import modes
from apps.wire.table import FAMILIES

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_text_family_starts_as_the_setting_says_and_others_automatic(settings: Any) -> None:
    settings.MOCKOPENAI_FALLBACK = "refuse"
    expected = dict.fromkeys(FAMILIES, "auto") | {"text": "refuse"}
    assert modes() == expected
    assert APIClient().get("/api/fallback").json() == expected


@pytest.mark.parametrize("method", ["put", "patch"])
def test_switching_one_family_leaves_the_others(method: str) -> None:
    client, before = APIClient(), modes()
    answer = getattr(client, method)("/api/fallback", {"models": "refuse"}, format="json")
    assert answer.status_code == 200
    assert answer.json() == before | {"models": "refuse"}
    assert getattr(client, method)("/api/fallback", {"models": "auto"}, format="json").json() == before


def test_the_modes_are_one_query(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    run = rows._run
    monkeypatch.setattr(
        rows, "_run", lambda sql, *args, **kwargs: asked.append(sql) or run(sql, *args, **kwargs)
    )
    modes()
    assert len(asked) == 1


@pytest.mark.parametrize(
    "body", [{"text": "nope"}, {"text": None}, {"text": []}, {"nope": "auto"}, [], "auto"]
)
def test_what_is_no_mode_or_family_is_refused_and_changes_nothing(body: Any) -> None:
    before = modes()
    answer = APIClient().put("/api/fallback", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert modes() == before


def test_a_family_that_is_none_is_told_with_those_that_are() -> None:
    answer = APIClient().put("/api/fallback", {"txt": "auto"}, format="json")
    assert answer.json()["detail"] == f"txt is no family of endpoints; these are: {', '.join(FAMILIES)}"
