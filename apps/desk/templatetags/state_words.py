"""The state of an exchange as the journal's lines name it."""

from django import template

from apps.desk.journal_line import STATES
from apps.journal.models import State

register = template.Library()


@register.filter
def state_words(state: str) -> str:
    return str(STATES[State(state)])
