"""Pages speak the reader's language; what programs read never changes with it."""

import pytest
from django.test import AsyncClient

CHINESE = {"accept-language": "zh-CN,zh;q=0.9"}


@pytest.mark.django_db(transaction=True)
async def test_a_page_speaks_the_language_of_the_browser() -> None:
    response = await AsyncClient().get("/docs", headers=CHINESE)
    assert response.headers["content-language"] == "zh-hans"
    assert '<html lang="zh-hans" data-words="/jsi18n/zh-hans/' in response.content.decode()


@pytest.mark.django_db(transaction=True)
async def test_the_chosen_language_counts_more_than_the_browsers() -> None:
    client = AsyncClient()
    client.cookies["django_language"] = "en"
    response = await client.get("/docs", headers=CHINESE)
    assert response.headers["content-language"] == "en"
    assert '<html lang="en">' in response.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/v1/models", "/api/fallback", "/api/unknown"])
async def test_what_programs_read_is_left_alone(path: str) -> None:
    client = AsyncClient()
    plain, chinese = await client.get(path), await client.get(path, headers=CHINESE)
    assert "content-language" not in chinese.headers
    assert "Accept-Language" not in chinese.headers.get("vary", "")
    assert chinese.content == plain.content
