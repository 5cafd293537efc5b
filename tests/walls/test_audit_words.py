"""What is written into the audit is said in words on its page."""

import re

from dashboard.audit_words import ACTIONS
from tests.conftest import ROOT

ROOMS = [
    "analytics",
    "crm",
    "dashboard",
    "integrations",
    "loyalty",
    "messaging",
    "portal",
    "referrals",
    "rewards",
    "tenancy",
]
WRITTEN = re.compile(r"\baudit\.record(?:_many)?\(\s*\"([^\"]+)\"")


def test_every_action_has_words():
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    written = {action for path in sources for action in WRITTEN.findall(path.read_text())}
    assert len(written) > 150
    assert written - set(ACTIONS) == set()
