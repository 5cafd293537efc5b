"""What a check before a start looks at, and what it finds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from referrals import ready_words
from referrals.errors import TermsInvalid
from referrals.models import Campaign
from referrals.rules.terms import Terms
from tenancy.models import Organisation

STOP, WARN, NOTE = "stop", "warn", "note"
LEVELS = (STOP, WARN, NOTE)


@dataclass(frozen=True)
class Finding:
    """`level`: stop (it must not start so), warn, or note (somebody has to know). `step`: where it is mended."""

    code: str
    level: str
    step: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""  # by checks that have words of their own
    place: str = ""  # of a text or a term
    instead: str = ""  # what could stand there

    @property
    def sentence(self) -> str:
        """Say it in the language that is active."""
        return self.said or str(ready_words.FOUND[self.code]) % {name: str(value) for name, value in self.facts.items()}


@dataclass(frozen=True)
class Plan:
    """What the checks look at: a campaign with the terms that it would start under."""

    campaign: Campaign
    terms: Terms | None
    organisation: Organisation
    refusal: TermsInvalid | None = None


@dataclass(frozen=True)
class Check:
    key: str
    find: Callable[[Plan], Iterable[Finding]]
    step: str = "check"
    title: str = ""  # both are lazy translations; empty: ready_words
    passed: str = ""


@dataclass(frozen=True)
class Checked:
    key: str
    title: str
    step: str
    findings: tuple[Finding, ...]
    passed: str

    @property
    def level(self) -> str:
        """Give the worst of it: stop, warn, note, or ok."""
        levels = {finding.level for finding in self.findings}
        return next((level for level in LEVELS if level in levels), "ok")
