"""How many tokens a call brings along, and how many more it may ask for: what a rate limit weighs first."""

from apps.wire.call import Call
from apps.wire.completion_request import prompt_tokens
from apps.wire.embeddings.request import token_counts
from apps.wire.response_usage import input_tokens
from apps.wire.usage import chat_prompt_tokens

_MOST = {
    "chat.completions": ("max_completion_tokens", "max_tokens"),
    "completions": ("max_tokens",),
    "responses": ("max_output_tokens",),
}


def asked_tokens(call: Call) -> int:
    """The tokens of its prompt, as its answer's usage will count them, and the most that it may be answered
    with, where it says so. Of what is neither text nor embeddings: 0."""
    if call.endpoint == "chat.completions":
        prompt = chat_prompt_tokens(call.data)
    elif call.endpoint == "responses":
        prompt = input_tokens(call.data)
    elif call.endpoint == "completions":
        prompt = prompt_tokens(call.data, call.model)
    elif call.endpoint == "embeddings":
        prompt = sum(token_counts(call))
    else:
        return 0
    given = (call.data.get(name) for name in _MOST.get(call.endpoint, ()))
    return prompt + next((most for most in given if type(most) is int and most > 0), 0)
