"""The accounts app: who may do what, and the manners of our own REST."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
