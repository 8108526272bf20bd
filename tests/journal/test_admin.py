"""The journal in Django's admin."""

import pytest
from django.contrib.auth import get_user_model

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(client):
    client.force_login(get_user_model().objects.create_superuser("alice", "", "a long password"))
    return client


def test_the_list_shows_exchanges_and_searches_them(admin, add):
    add(caller="ci-42", summary="Refund order 17")
    add(caller="dev", summary="Plan a trip")
    page = admin.get("/admin/journal/exchange/?q=refund").content.decode()
    assert "Refund order 17" in page
    assert "Plan a trip" not in page


def test_an_exchange_shows_its_bodies_and_cannot_be_changed(admin, add):
    exchange = add(request_body='{"model": "the requested model"}')
    answer = admin.get(f"/admin/journal/exchange/{exchange}/change/")
    assert "the requested model" in answer.content.decode()
    assert 'name="_save"' not in answer.content.decode()


def test_nobody_adds_an_exchange_by_hand(admin):
    assert admin.get("/admin/journal/exchange/add/").status_code == 403
