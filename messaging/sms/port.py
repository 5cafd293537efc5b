"""What every vendor of text messages is asked and answers, in one shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

ACCEPTED, REJECTED, UNCERTAIN = "accepted", "rejected", "uncertain"


@dataclass(frozen=True)
class Account:
    """What opens a vendor's door, and in whose name messages go."""

    vendor: str  # messaging/sms/vendors.py
    key_id: str  # AccessKeyId, SecretId, Account SID
    secret: str
    app_id: str = ""  # Tencent: SdkAppId
    sender: str = ""  # Aliyun, Tencent: the filed signature; Twilio: number or Messaging Service SID
    callback_url: str = ""  # where the vendor tells what became of a message; Twilio is told with each


@dataclass(frozen=True)
class Parcel:
    """One text to one phone. Vendors with filed templates take `template` and `places`, the others `body`."""

    reference: str  # ours; comes back in the receipt where the vendor can do that
    phone: str  # E.164
    body: str
    template: str = ""
    places: tuple[tuple[str, str], ...] = ()  # in the order in which the text names them, each once


@dataclass(frozen=True)
class Answer:
    """What came of handing a parcel over.

    Accepted: the vendor has it. Rejected: it has not, and `error` (messaging/sms/words.py) says why;
    `is_passing` where the same may be taken later. Uncertain: it may have it; nobody hands it over again.
    """

    state: str
    vendor_reference: str = ""
    error: str = ""
    said: str = ""  # code and words of the vendor; never the phone, never the text
    is_passing: bool = False


@dataclass(frozen=True)
class Receipt:
    """What became of a message, as its vendor tells; it is known by our reference or by theirs."""

    is_delivered: bool
    reference: str = ""
    vendor_reference: str = ""
    error: str = ""
    said: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Reply:
    """What somebody wrote back."""

    phone: str  # E.164
    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class Callback:
    """A request of the vendor as it came in."""

    url: str  # the whole public address, as the vendor called it
    body: bytes
    headers: Mapping[str, str]  # names in lower case
    content_type: str


class CallbackRefused(Exception):
    """It is not from the vendor, or cannot be read."""


class Vendor(Protocol):
    needs_template: bool  # texts have to be filed with the vendor, who knows them by a code

    def send(self, account: Account, parcel: Parcel, *, now: datetime) -> Answer: ...

    def look_up(
        self, account: Account, parcel: Parcel, *, vendor_reference: str, sent_at: datetime, now: datetime
    ) -> Receipt | Answer | None:
        """Ask what became of a message. Receipt: that. Answer accepted: it has it. None: it knows of none. Raises nothing:
        an Answer that is uncertain says that it could not be asked."""

    def read_callback(self, account: Account, callback: Callback) -> list[Receipt | Reply]:
        """Read what the vendor tells; raises CallbackRefused."""

    def callback_answer(self) -> tuple[str, str]:
        """Give content type and body that the vendor wants to hear when all was taken."""

    def filed_text(self, body: str, *, sender: str) -> str:
        """Write our {places} the way the vendor wants texts to be filed; without filing: the body."""
