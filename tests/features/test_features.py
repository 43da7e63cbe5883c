"""Binds every scenario; each runs once through REST and once through gRPC."""

from pytest_bdd import scenarios

scenarios(".")
