import pytest

from crm.operations import record_customer
from embedded.postgres import DEMO, Postgres
from embedded.state import hold
from rewards.models import PayoutSettings
from rewards.operations import payouts
from tenancy import door
from tests.rewards.bank import Bank
from tests.rewards.cash import approved, give_account, give_cash


@pytest.fixture
def bank(database):
    return Bank()


@pytest.fixture
def fay(acme, staff_of):
    return staff_of(acme, "finance")


@pytest.fixture
def batch_for(acme, gus, fay, bank):
    """Begin to pay so many people at so much more than 10.00: batch_for(address, 20)."""

    def begin(address: str, people: int):
        with door.organisation(acme.id):
            payouts.change_payout_settings(provider="web", web_address=address)
            PayoutSettings.objects.update(web_secret=bank.secret)
            for number in range(people):
                person = record_customer(name=f"P {number}", email=f"p{number}@example.com")
                give_cash(person, 1100 + 100 * number)
                give_account(person, f"12345678{number:03}")
            return payouts.send_payout(approved(gus, fay).id)

    return begin


@pytest.fixture
def cluster(tmp_path_factory):
    """A PostgreSQL server of our own that keeps what it has promised: fsync and all."""
    folder = tmp_path_factory.mktemp("cluster")
    for part in (folder, *folder.parents[:2]):
        part.chmod(0o711)  # PostgreSQL may run as another user
    with hold(folder):
        server = Postgres(folder, DEMO)
        server.start()
        yield server
        server.stop()
