"""The endpoints of assistants: threads and their messages, runs and their steps.

A run is answered like a chat completion, by the call that creates it (or that submits tool outputs): a
preset of a text endpoint, a person, or a generated text. Its body then is the run, still "queued", with
one member more, `said`, that never leaves; what is kept is the run that has ended, and its message.
"""

from apps.wire.assistants import calls, messages, objects

ENDPOINTS = (*objects.ENDPOINTS, *messages.ENDPOINTS, *calls.ENDPOINTS)
