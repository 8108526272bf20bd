"""Hosted tools as the real SDK meets them in automatic answers: searches, and what messages cite of them."""

from typing import Any

import openai
import pytest
from openai.types.responses import Response

from tests.conftest import start_server

WEB: Any = {"type": "web_search"}
WEATHER: Any = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}
NOTE = "Refunds: customers get their money back within thirty days of a purchase."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One that answers by itself what no preset does."""
    server = start_server(tmp_path_factory.mktemp("auto"), MOCKOPENAI_FALLBACK="auto")
    yield server
    server.stop()


@pytest.fixture
def store(client: openai.OpenAI) -> str:
    """The id of a vector store with two notes."""
    notes = {"refunds.txt": NOTE, "coffee.md": "Coffee machine: descale it every month."}
    ids = [
        client.files.create(file=(name, text.encode()), purpose="assistants").id
        for name, text in notes.items()
    ]
    return client.vector_stores.create(name="notes", file_ids=ids).id


def ask(client: openai.OpenAI, text: str, **options: Any) -> Response:
    answer: Response = client.responses.create(model="gpt-4o", input=text, **options)
    for item in answer.output:
        type(item).model_validate(item.model_dump(), strict=True)
    return answer


def kinds(answer: Response) -> list[str]:
    return [item.type for item in answer.output]


@pytest.mark.parametrize(
    ("kind", "choice"),
    [
        ("web_search", {"type": "web_search"}),
        ("web_search_preview", {"type": "web_search_preview"}),
        ("web_search", "required"),
        ("web_search", {"type": "allowed_tools", "mode": "required", "tools": [{"type": "web_search"}]}),
    ],
)
def test_a_search_of_the_web_is_cited(client: openai.OpenAI, kind: str, choice: Any) -> None:
    answer = ask(client, "Héllo, Oslo 😀", tools=[{"type": kind}], tool_choice=choice)
    search, message = answer.output
    assert search.type == "web_search_call" and search.id.startswith("ws_") and search.status == "completed"
    assert search.action.type == "search" and search.action.query == "Héllo, Oslo 😀"
    assert search.action.sources is None
    [part] = message.content  # type: ignore[union-attr]
    [cited] = part.annotations  # type: ignore[union-attr]
    assert cited.type == "url_citation"
    assert answer.output_text[cited.start_index : cited.end_index] == f"([example.com]({cited.url}))"
    assert answer.usage is not None and answer.usage.output_tokens > 1


def test_the_web_is_searched_when_the_message_clearly_asks_for_it(client: openai.OpenAI) -> None:
    tools = [WEB, WEATHER]
    assert kinds(ask(client, "Search the web for Oslo", tools=tools)) == ["web_search_call", "message"]
    assert kinds(ask(client, "Hello!", tools=tools)) == ["message"]
    assert kinds(ask(client, "Search the web for Oslo", tools=tools, tool_choice="none")) == ["message"]
    both = ask(client, "Search the web for Oslo, then get the weather", tools=tools, tool_choice="required")
    assert kinds(both) == ["web_search_call", "function_call"]


def test_sources_and_domains_are_as_asked_for(client: openai.OpenAI) -> None:
    tool = {**WEB, "filters": {"allowed_domains": ["docs.example.org"]}}
    include: Any = ["web_search_call.action.sources"]
    [search, _] = ask(client, "Oslo", tools=[tool], tool_choice="required", include=include).output
    assert [source.url for source in search.action.sources] == ["https://docs.example.org/oslo"]  # type: ignore[union-attr]


def test_what_a_limit_cuts_off_is_not_cited(client: openai.OpenAI) -> None:
    answer = ask(client, "Oslo", tools=[WEB], tool_choice="required", max_output_tokens=20)
    assert answer.status == "incomplete"
    assert answer.output[1].content[0].annotations == []  # type: ignore[union-attr]


def test_vector_stores_are_searched_and_the_best_file_cited(client: openai.OpenAI, store: str) -> None:
    tool: Any = {"type": "file_search", "vector_store_ids": [store]}
    question = "When do customers get their money back?"
    answer = ask(client, question, tools=[tool], include=["file_search_call.results"])
    search, message = answer.output
    assert search.type == "file_search_call" and search.id.startswith("fs_") and search.queries == [question]
    assert search.results is not None and search.results[0].filename == "refunds.txt"
    assert search.results[0].text == NOTE and (search.results[0].score or 0) > 0.2
    [cited] = message.content[0].annotations  # type: ignore[union-attr]
    assert cited.type == "file_citation" and cited.filename == "refunds.txt"
    assert cited.file_id == search.results[0].file_id
    assert answer.output_text[: cited.index].endswith(NOTE)
    assert kinds(ask(client, "Hello!", tools=[tool])) == ["message"]
    chosen = ask(client, "Hello!", tools=[tool], tool_choice={"type": "file_search"}).output[0]
    assert chosen.type == "file_search_call" and chosen.results is None
    strict = {**tool, "ranking_options": {"score_threshold": 0.99}, "max_num_results": 1}
    nothing = ask(
        client, question, tools=[strict], tool_choice="required", include=["file_search_call.results"]
    )
    assert nothing.output[0].results == []  # type: ignore[union-attr]


def test_a_vector_store_that_does_not_exist_is_a_404(client: openai.OpenAI) -> None:
    tool: Any = {"type": "file_search", "vector_store_ids": ["vs_none"]}
    with pytest.raises(openai.NotFoundError, match="Vector store with id 'vs_none' not found"):
        ask(client, "Hello!", tools=[tool])


def test_searches_are_streamed_in_order(client: openai.OpenAI, store: str) -> None:
    tools: Any = [WEB, {"type": "file_search", "vector_store_ids": [store]}]
    question = "Search the web and my files for the money that customers get back"
    with client.responses.stream(model="gpt-4o", input=question, tools=tools) as stream:
        events: list[Any] = list(stream)
        final = stream.get_final_response()
    assert [event.sequence_number for event in events] == list(range(len(events)))
    seen = [event.type.removeprefix("response.") for event in events]
    assert [kind for kind in seen if kind != "output_text.delta"] == [
        *("created", "in_progress"),
        *("output_item.added", "web_search_call.in_progress", "web_search_call.searching"),
        *("web_search_call.completed", "output_item.done"),
        *("output_item.added", "file_search_call.in_progress", "file_search_call.searching"),
        *("file_search_call.completed", "output_item.done"),
        *("output_item.added", "content_part.added"),
        *("output_text.annotation.added", "output_text.annotation.added"),
        *("output_text.done", "content_part.done", "output_item.done", "completed"),
    ]
    begun = [event.item for event in events if event.type == "response.output_item.added"]
    assert begun[0].status == "in_progress" and begun[1].queries == []
    cited = [event.annotation for event in events if event.type == "response.output_text.annotation.added"]
    assert [one["type"] if isinstance(one, dict) else one.type for one in cited] == [
        "url_citation",
        "file_citation",
    ]
    assert kinds(final) == ["web_search_call", "file_search_call", "message"]


def test_a_conversation_goes_on_after_a_search(client: openai.OpenAI) -> None:
    first = ask(client, "Search the web for Oslo", tools=[WEB])
    assert kinds(ask(client, "Thanks", tools=[WEB], previous_response_id=first.id)) == ["message"]
    again: Any = [
        {"role": "user", "content": "Search the web"},
        *first.output,
        {"role": "user", "content": "Go"},
    ]
    assert kinds(ask(client, again)) == ["message"]
