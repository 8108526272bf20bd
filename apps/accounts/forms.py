"""The fields of the accounts' pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import CHOICES

NEW = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class LogInForm(forms.Form):
    name = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "off"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class JoinForm(forms.Form):
    name = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "off"}
        ),
    )
    password = forms.CharField(label=_("Password"), max_length=1000, strip=False, widget=NEW)


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=_("Present password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(label=_("New password"), max_length=1000, strip=False, widget=NEW)


class MakeForm(forms.Form):
    """A new invitation, token or key."""

    label = forms.CharField(max_length=100, required=False)
    role = forms.ChoiceField(choices=CHOICES, required=False)
    caller = forms.CharField(max_length=100, required=False)
    days = forms.IntegerField(min_value=1, max_value=3650, required=False)
