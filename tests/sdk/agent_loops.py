"""Agent loops of the OpenAI Agents SDK and of LangChain: they run to their ends (see run_agent_loops.sh)."""

import asyncio
import sys
from typing import Any

from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI
from pydantic import BaseModel

QUESTION = "What is the weather in Oslo, and what time is it there?"
called: list[str] = []


@function_tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    called.append(f"get_weather {city}")
    return f"It rains in {city}."


@function_tool
def get_time(city: str) -> str:
    """The time in a city."""
    called.append(f"get_time {city}")
    return "It is 12:30."


class Report(BaseModel):
    city: str
    degrees: int
    is_raining: bool


def check(name: str, found: Any, wanted: Any) -> None:
    """Says how it went, and ends with 1 when it is not what was wanted."""
    sys.stdout.write(f"{'ok' if found == wanted else 'FAILED'}  {name}: {found!r}\n")
    if found != wanted:
        sys.exit(1)


async def agents() -> None:
    """Two tools over responses, whole and streamed, and over chat completions; a typed answer."""
    chat = OpenAIChatCompletionsModel(model="gpt-4o", openai_client=AsyncOpenAI())
    wanted = ["get_weather Oslo", "get_time Oslo"]
    models: list[tuple[str, Any]] = [("responses", "gpt-4o"), ("chat completions", chat)]
    for name, model in models:
        called.clear()
        agent = Agent(name="Guide", instructions="Help.", tools=[get_weather, get_time], model=model)
        result = await Runner.run(agent, QUESTION, max_turns=4)
        check(f"agents, {name}: calls", called, wanted)
        told = all(text in result.final_output for text in ("It rains in Oslo.", "It is 12:30."))
        check(f"agents, {name}: the end tells the results", told, True)
    called.clear()
    streamed = Runner.run_streamed(Agent(name="Guide", tools=[get_weather, get_time]), QUESTION, max_turns=4)
    async for _ in streamed.stream_events():
        pass
    check("agents, streamed: calls", called, wanted)
    typed = await Runner.run(Agent(name="Reporter", output_type=Report), "Oslo has 12 degrees.")
    check("agents, a typed answer", type(typed.final_output).__name__, "Report")


def langchain() -> None:
    """A structured answer by each method, and a loop with a tool."""
    model = ChatOpenAI(model="gpt-4o")
    for method in ("json_schema", "function_calling"):
        made = model.with_structured_output(Report, method=method).invoke("Oslo has 12 degrees.")
        check(f"langchain, {method}", (type(made).__name__, made.degrees), ("Report", 12))

    @tool
    def get_weather(city: str) -> str:
        """The weather of a city."""
        return f"It rains in {city}."

    bound = model.bind_tools([get_weather])
    messages: list[Any] = [HumanMessage("What is the weather in Oslo?")]
    answer = bound.invoke(messages)
    [call] = answer.tool_calls
    messages += [answer, ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"])]
    last = bound.invoke(messages)
    check("langchain, a loop ends", (last.tool_calls, "It rains in Oslo." in last.content), ([], True))


asyncio.run(agents())
langchain()
