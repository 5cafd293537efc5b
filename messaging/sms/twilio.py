"""Twilio, Programmable Messaging 2010-04-01: texts as they are, told of by signed callbacks."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from messaging.sms import causes, wire
from messaging.sms.port import ACCEPTED, Account, Answer, Callback, CallbackRefused, Parcel, Receipt, Reply

HOST = "api.twilio.com"
_FORM = "application/x-www-form-urlencoded"
_FAILED = {"undelivered", "failed", "canceled"}
_DELIVERED = {"delivered", "read"}
_NOT_FOUND = 20404
_CLOCKS_APART = timedelta(minutes=1)


class Twilio:
    """Keys: Account SID and Auth Token. Sender: a number in E.164, a name, or the SID of a Messaging Service (MG…)."""

    needs_template = False

    def send(self, account: Account, parcel: Parcel, *, now: datetime) -> Answer:
        who = "MessagingServiceSid" if account.sender.startswith("MG") else "From"
        form = {"To": parcel.phone, who: account.sender, "Body": parcel.body}
        if account.callback_url:
            form["StatusCallback"] = account.callback_url
        heard = _ask(account, "POST", "Messages.json", form)
        if isinstance(heard, Answer):
            return heard
        if heard.is_success and heard.told and heard.told.get("sid"):
            return Answer(ACCEPTED, vendor_reference=str(heard.told["sid"]))
        return _refusal(heard, parcel)

    def look_up(
        self, account: Account, parcel: Parcel, *, vendor_reference: str, sent_at: datetime, now: datetime
    ) -> Receipt | Answer | None:
        """Without the SID it is found by number, hour and words: Twilio keeps no reference of ours."""
        if vendor_reference:
            heard = _ask(account, "GET", f"Messages/{quote(vendor_reference, safe='')}.json")
        else:
            heard = _ask(account, "GET", f"Messages.json?{urlencode({'To': parcel.phone, 'PageSize': 100})}")
        if isinstance(heard, Answer):
            return wire.unasked(heard)
        if heard.told and heard.told.get("code") == _NOT_FOUND:
            return None
        if not (heard.is_success and heard.told):
            return wire.unasked(_refusal(heard, parcel))
        return _became(heard.told) if vendor_reference else _found(heard.told, parcel, sent_at)

    def read_callback(self, account: Account, callback: Callback) -> list[Receipt | Reply]:
        """One address is told of states and of replies; states on the way are nothing to keep."""
        form = _verified(account, callback)
        state = form.get("MessageStatus", "")
        if state in _FAILED | _DELIVERED:
            return [_receipt(state, form.get("MessageSid", ""), form.get("ErrorCode", ""), form.get("ErrorMessage", ""))]
        if not state and "Body" in form and form.get("From"):
            return [Reply(form["From"], form["Body"])]
        return []

    def callback_answer(self) -> tuple[str, str]:
        return "text/xml", '<?xml version="1.0" encoding="UTF-8"?><Response/>'

    def filed_text(self, body: str, *, sender: str) -> str:
        return body


def signature(token: str, url: str, form: list[tuple[str, str]]) -> str:
    """Sign as Twilio does: the address, then each name and value of the form, by name, what is twice once."""
    text = url + "".join(f"{name}{value}" for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _verified(account: Account, callback: Callback) -> dict[str, str]:
    try:
        form = parse_qsl(callback.body.decode(), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        raise CallbackRefused("not a form") from None
    told = callback.headers.get("x-twilio-signature", "")
    mine = [signature(account.secret, url, form) for url in _ways_to_write(callback.url)]
    if not account.secret or not any(hmac.compare_digest(told.encode(), one.encode()) for one in mine):
        raise CallbackRefused("wrong signature")
    return dict(form)


def _ways_to_write(url: str) -> list[str]:
    """Twilio signs the address now with, now without the port that goes without saying."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    if parts.port is None:
        return [url, parts._replace(netloc=f"{host}:{usual}").geturl()]
    return [url, parts._replace(netloc=host.rpartition(":")[0]).geturl()] if parts.port == usual else [url]


def _ask(account: Account, method: str, path: str, form: Mapping[str, str] | None = None) -> wire.Heard | Answer:
    url = f"{wire.address(account, HOST)}/2010-04-01/Accounts/{quote(account.key_id, safe='')}/{path}"
    headers = {"content-type": _FORM} if form else {}
    login = (account.key_id, account.secret)
    return wire.ask(method, url, headers=headers, body=urlencode(form or {}).encode(), login=login)


def _refusal(heard: wire.Heard, parcel: Parcel) -> Answer:
    told = heard.told or {}
    private = (parcel.phone, parcel.body, *(value for _name, value in parcel.places))
    return wire.judged("twilio", heard, code=told.get("code"), words=told.get("message"), private=private)


def _found(told: Mapping[str, Any], parcel: Parcel, sent_at: datetime) -> Receipt | Answer | None:
    """Take the oldest that may be it; Twilio lists the newest first."""
    listed = told.get("messages")
    messages = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    fitting = [one for one in messages if _is_it(one, parcel, sent_at)]
    return _became(fitting[-1]) if fitting else None


def _is_it(message: Mapping[str, Any], parcel: Parcel, sent_at: datetime) -> bool:
    """A trial account writes a sentence before every text."""
    made = _moment(message.get("date_created"))
    is_ours = str(message.get("direction", "")).startswith("outbound") and str(message.get("body", "")).endswith(parcel.body)
    return is_ours and made is not None and made >= sent_at - _CLOCKS_APART


def _moment(text: object) -> datetime | None:
    try:
        return parsedate_to_datetime(str(text))
    except ValueError:
        return None


def _became(message: Mapping[str, Any]) -> Receipt | Answer:
    state, sid = str(message.get("status")), str(message.get("sid") or "")
    if state not in _FAILED | _DELIVERED:
        return Answer(ACCEPTED, vendor_reference=sid)
    at = _moment(message.get("date_updated"))
    return _receipt(state, sid, message.get("error_code"), message.get("error_message"), at=at)


def _receipt(state: str, sid: str, code: object, words: object, *, at: datetime | None = None) -> Receipt:
    if state in _DELIVERED:
        return Receipt(True, vendor_reference=sid, at=at)
    told = wire.said(code or state, words)
    return Receipt(False, vendor_reference=sid, error=causes.cause("twilio", str(code or "")), said=told, at=at)
