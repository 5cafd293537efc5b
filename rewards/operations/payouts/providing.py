"""The provider that an organisation pays through."""

from rewards.errors.payouts import PayoutProviderMissing
from rewards.models import PayoutProvider
from rewards.providers.demo import CacheRecord, DemoBank
from rewards.providers.files import FileProvider
from rewards.providers.port import Provider
from rewards.providers.web import WebProvider
from rewards.queries.payouts import payout_settings
from tenancy import door

DEMO_ADDRESS = "https://demo-bank.example"  # nobody lives there: its requests are answered in this process


def provider(code: str) -> Provider:
    """Give the provider of this name as it is set up now; use it outside the door."""
    settings = payout_settings()
    if code == PayoutProvider.FILE:
        return FileProvider()
    if not settings.web_secret or (code == PayoutProvider.WEB and not settings.web_address):
        raise PayoutProviderMissing
    if code == PayoutProvider.DEMO:
        bank = DemoBank(secret=settings.web_secret, record=CacheRecord(door.organisation_id()))
        return WebProvider(address=DEMO_ADDRESS, secret=settings.web_secret, road=bank)
    return WebProvider(address=settings.web_address, secret=settings.web_secret)
