"""What the page Settings says of the server: where its data is, never a secret."""

import pytest
from django.test import override_settings

from apps.desk.settings_shown import database_place, groups, redis_place
from mockopenai.backends import database


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgres://app:hush@db.local:5433/mock", "PostgreSQL · app@db.local:5433/mock"),
        ("postgres://app:hu%40sh%2F@db.local/mock?sslpassword=hush", "PostgreSQL · app@db.local/mock"),
        ("postgres://:hush@db.local/mock", "PostgreSQL · db.local/mock"),
    ],
)
def test_a_database_is_shown_without_its_password(url: str, place: str) -> None:
    assert database_place(database(url, sqlite_sync="normal")) == place


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://cache:6379/0", "cache:6379/0"),
        ("rediss://user:hush@cache:6380", "cache:6380"),
        ("redis://:hush@cache/1?password=hush", "cache/1"),
        ("unix:///run/redis.sock?password=hush", "/run/redis.sock"),
        ("redis://user:hu/sh@cache:6379/0", "set"),
        ("redis://user:hu?sh@cache:6379/0", "set"),
        ("redis://user:hu#sh@cache:6379/0", "set"),
        ("redis://user:hu@sh@cache:6379/0", "set"),
        ("unix://:hush@/run/redis.sock", "set"),
        ("", "none: events stay in this process"),
    ],
)
def test_redis_is_shown_without_its_password(url: str, place: str) -> None:
    assert redis_place(url) == place


@pytest.mark.django_db
def test_no_group_names_a_secret() -> None:
    with override_settings(SECRET_KEY="the-secret-key-of-this-test", REDIS_URL="redis://:hush@cache/1"):
        shown = repr(groups())
    assert "the-secret-key-of-this-test" not in shown
    assert "hush" not in shown
    assert "MOCKOPENAI_SECRET_KEY" not in shown
    assert "cache/1" in shown
