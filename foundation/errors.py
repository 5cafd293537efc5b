"""The one error family of the house."""

from typing import Any


class DomainError(Exception):
    """Refuse a business request, with a code, a sentence and the facts.

    `message` is a gettext msgid with %(name)s places filled from the facts;
    `field` names the input to blame, if one is; `within` the part of a request's body that it lies in.
    """

    code = "domain_error"
    status = 409
    message = "This cannot be done."
    field: str | None = None
    within = ""

    def __init__(self, *, field: str | None = None, **facts: Any) -> None:
        self.field = field or self.field
        self.facts = facts
        super().__init__(self.sentence())

    def sentence(self, translate=lambda text: text) -> str:
        """Give the message in the language of `translate`, facts filled in."""
        return translate(self.message) % self.facts if self.facts else translate(self.message)


class NotFound(DomainError):
    code = "not_found"
    status = 404
    message = "There is no such record."


class Invalid(DomainError):
    """Input that no state of the world could make right."""

    code = "invalid"
    status = 422
    message = "The input is not valid."


class Conflict(DomainError):
    """Input that contradicts what is already recorded."""

    code = "conflict"
    status = 409
    message = "This contradicts what is already recorded."
