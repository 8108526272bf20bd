"""What each ready template is, for translators to find: the library, which has them, knows no languages."""

from django.utils.translation import gettext_noop

CATEGORIES = (gettext_noop("answers"), gettext_noop("errors"), gettext_noop("own"))
SAYS = (
    gettext_noop("A text, as a chat model says it."),
    gettext_noop("The last user message, said back."),
    gettext_noop("An object as JSON text, as structured outputs have it."),
    gettext_noop("One call of a tool."),
    gettext_noop("What the last tool gave, in a sentence; for the call after a tool call."),
    gettext_noop("The model refuses."),
    gettext_noop("An answer that was cut at max_tokens: finish_reason is length."),
    gettext_noop("An answer that the content filter withheld: finish_reason is content_filter."),
    gettext_noop("An answer that says nothing: an empty text."),
    gettext_noop("429: too many requests per minute. SDKs wait and ask again."),
    gettext_noop("429: too many tokens per minute. SDKs wait and ask again."),
    gettext_noop("429: the money is spent. SDKs ask again, in vain."),
    gettext_noop("401: the API key is unknown."),
    gettext_noop("404: there is no such model."),
    gettext_noop("400: the messages are too long for the model."),
    gettext_noop("500: the server failed. SDKs ask again."),
    gettext_noop("503: the server has too much to do. SDKs ask again."),
    gettext_noop("Nothing for ten minutes, longer than SDKs wait; then a 504."),
)
