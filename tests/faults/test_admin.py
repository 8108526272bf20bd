"""Django's admin of latencies and limits: what REST refuses it refuses, and every process hears of a change."""

import pytest
from django.test import Client

from apps.faults.in_force import NOTHING, in_force
from apps.faults.models import Bucket, LatencyRule, Limit


@pytest.fixture
def admin(transactional_db: None, admin_client: Client) -> Client:
    return admin_client


def test_a_latency_is_added_changed_and_deleted(admin: Client) -> None:
    url = "/admin/faults/latencyrule/"
    form = {"caller": "::1", "model": "gpt-*", "spread": '"slow-network"'}
    assert admin.post(f"{url}add/", form).status_code == 302
    rule = LatencyRule.objects.get()
    assert (rule.caller, rule.spread) == ("127.0.0.1", '"slow-network"')
    assert [line.model for line in in_force().latencies] == ["gpt-*"]
    assert admin.post(f"{url}{rule.pk}/change/", {**form, "spread": '{"token_ms": 5}'}).status_code == 302
    assert in_force().latencies[0].spread == '{"token_ms":5}'
    for wrong in ("slow-network", '"fast"', '{"token_ms": -1}', ""):
        page = admin.post(f"{url}add/", {**form, "spread": wrong})
        assert page.status_code == 200
        assert "errorlist" in page.text
    assert admin.post(f"{url}{rule.pk}/delete/", {"post": "yes"}).status_code == 302
    assert in_force() is NOTHING


def test_a_limit_goes_with_its_buckets(admin: Client) -> None:
    url = "/admin/faults/limit/"
    form = {"per": "caller", "name": "*", "requests_per_minute": "5"}
    assert admin.post(f"{url}add/", form).status_code == 302
    limit = Limit.objects.get()
    assert in_force().limits[0].requests_per_minute == 5
    assert admin.post(f"{url}add/", {**form, "requests_per_minute": ""}).status_code == 200
    Bucket.objects.create(name=f"{limit.pk}/requests/ci-7", used=1, at=0)
    assert admin.get("/admin/faults/bucket/").status_code == 200
    assert admin.post(f"{url}{limit.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Bucket.objects.exists()
    assert in_force() is NOTHING
