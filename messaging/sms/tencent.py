"""Tencent Cloud, SMS 2021-01-11: texts by filed templates with numbered places, requests signed with TC3-HMAC-SHA256."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from messaging.sms import causes, wire
from messaging.sms.callbacks import beijing_time, entries, from_seconds
from messaging.sms.port import ACCEPTED, UNCERTAIN, Account, Answer, Callback, Parcel, Receipt, Reply

HOST = "sms.tencentcloudapi.com"
_TYPE = "application/json"
_REGION = "ap-guangzhou"
_CLOCKS_APART = timedelta(minutes=5)
_KEPT_FOR = timedelta(days=7) - timedelta(minutes=5)


class Tencent:
    """Keys: SecretId and SecretKey. App: SdkAppId. Sender: the filed signature, without its brackets."""

    needs_template = True

    def send(self, account: Account, parcel: Parcel, *, now: datetime) -> Answer:
        told = {
            "PhoneNumberSet": [parcel.phone],
            "SmsSdkAppId": account.app_id,
            "TemplateId": parcel.template,
            "SignName": account.sender,
            "TemplateParamSet": [value for _name, value in parcel.places],
            "SessionContext": parcel.reference,
        }
        return _taken(_ask(account, "SendSms", told, now), parcel)

    def look_up(
        self, account: Account, parcel: Parcel, *, vendor_reference: str, sent_at: datetime, now: datetime
    ) -> Receipt | Answer | None:
        """Tencent lists only what a carrier has reported, for seven days, and hands our reference back only to accounts for
        which it was switched on. So a message with a serial number is theirs, listed or not, and of one without, that it
        is not listed says nothing: its phone may be switched off."""
        told = {
            "BeginTime": int(max(sent_at - _CLOCKS_APART, now - _KEPT_FOR).timestamp()),
            "EndTime": int((now + _CLOCKS_APART).timestamp()),
            "Offset": 0,
            "Limit": 100,
            "PhoneNumber": parcel.phone,
            "SmsSdkAppId": account.app_id,
        }
        heard = _ask(account, "PullSmsSendStatusByPhoneNumber", told, now)
        if isinstance(heard, Answer):
            return wire.unasked(heard)
        response = _response(heard)
        if response is None or "Error" in response:
            return wire.unasked(_refusal(heard, response, parcel))
        return _found(_objects(response, "PullSmsSendStatusSet"), parcel, vendor_reference)

    def read_callback(self, account: Account, callback: Callback) -> list[Receipt | Reply]:
        """States come as a list, a reply alone; one address may be told of both."""
        told = entries(callback)
        reports = [_report(entry) for entry in told if "report_status" in entry]
        return reports + [_reply(entry) for entry in told if "text" in entry and entry.get("mobile")]

    def callback_answer(self) -> tuple[str, str]:
        return _TYPE, '{"result":0,"errmsg":"OK"}'

    def filed_text(self, body: str, *, sender: str) -> str:
        """Number the places by where they first appear."""
        names = list(dict.fromkeys(re.findall(r"\{([^{}]*)\}", body)))
        return re.sub(r"\{([^{}]*)\}", lambda place: f"{{{names.index(place[1]) + 1}}}", body)


def _ask(account: Account, action: str, told: Mapping[str, Any], now: datetime) -> wire.Heard | Answer:
    base = wire.address(account, HOST)
    body = json.dumps(told, ensure_ascii=False).encode()
    headers = {
        "host": urlsplit(base).netloc,
        "content-type": _TYPE,
        "authorization": authorization(account, host=urlsplit(base).netloc, body=body, now=now),
        "x-tc-action": action,
        "x-tc-version": "2021-01-11",
        "x-tc-region": _REGION,
        "x-tc-timestamp": str(int(now.timestamp())),
    }
    return wire.ask("POST", f"{base}/", headers=headers, body=body)


def authorization(account: Account, *, host: str, body: bytes, now: datetime) -> str:
    """Sign a POST of JSON to /, its type and its host, with a key that holds for one day of UTC."""
    day = f"{now.astimezone(UTC):%Y-%m-%d}"
    signed = f"content-type:{_TYPE}\nhost:{host}\n"
    request = "\n".join(["POST", "/", "", signed, "content-type;host", hashlib.sha256(body).hexdigest()])
    scope = f"{day}/sms/tc3_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"TC3{account.secret}".encode()
    for step in (day, "sms", "tc3_request"):
        key = _hmac(key, step)
    signature = _hmac(key, f"TC3-HMAC-SHA256\n{int(now.timestamp())}\n{scope}\n{digest}").hex()
    return f"TC3-HMAC-SHA256 Credential={account.key_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _response(heard: wire.Heard) -> dict[str, Any] | None:
    response = heard.told.get("Response") if heard.told else None
    return response if isinstance(response, dict) else None


def _objects(response: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    listed = response.get(name)
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _taken(heard: wire.Heard | Answer, parcel: Parcel) -> Answer:
    """The request as a whole may be refused, and so may each number; a request of ours has one."""
    if isinstance(heard, Answer):
        return heard
    response = _response(heard)
    states = _objects(response, "SendStatusSet") if response else []
    if heard.is_success and states and states[0].get("Code") == "Ok":
        return Answer(ACCEPTED, vendor_reference=str(states[0].get("SerialNo") or ""))
    return _refusal(heard, {"Error": states[0]} if states else response, parcel)


def _refusal(heard: wire.Heard, response: Mapping[str, Any] | None, parcel: Parcel) -> Answer:
    error = response.get("Error") if response else None
    told = error if isinstance(error, dict) else {}
    private = (parcel.phone, parcel.phone.removeprefix("+86"), *(value for _name, value in parcel.places))
    return wire.judged("tencent", heard, code=told.get("Code"), words=told.get("Message"), private=private)


def _found(records: list[dict[str, Any]], parcel: Parcel, vendor_reference: str) -> Receipt | Answer | None:
    for record in records:
        is_theirs = bool(vendor_reference) and record.get("SerialNo") == vendor_reference
        if is_theirs or record.get("SessionContext") == parcel.reference:
            return _became(record, parcel)
    if vendor_reference:
        return Answer(ACCEPTED, vendor_reference=vendor_reference)
    return Answer(UNCERTAIN, error="unclear")


def _became(record: Mapping[str, Any], parcel: Parcel) -> Receipt | Answer:
    serial = str(record.get("SerialNo") or "")
    if record.get("ReportStatus") not in ("SUCCESS", "FAIL"):
        return Answer(ACCEPTED, vendor_reference=serial)
    told = _fate(record["ReportStatus"], "", record.get("Description"))
    at = from_seconds(record.get("UserReceiveTime"))
    return Receipt(reference=parcel.reference, vendor_reference=serial, at=at, **told)


def _report(entry: Mapping[str, Any]) -> Receipt:
    told = _fate(entry["report_status"], str(entry.get("errmsg") or ""), entry.get("description"))
    return Receipt(vendor_reference=str(entry.get("sid") or ""), at=beijing_time(entry.get("user_receive_time")), **told)


def _fate(state: object, code: str, words: object) -> dict[str, Any]:
    if state == "SUCCESS":
        return {"is_delivered": True}
    error = causes.cause("tencent", code or str(words or ""))
    return {"is_delivered": False, "error": error, "said": wire.said(code, words)}


def _reply(entry: Mapping[str, Any]) -> Reply:
    phone = f"+{entry.get('nationcode') or '86'}{entry['mobile']}"
    return Reply(phone, str(entry.get("text") or ""), at=from_seconds(entry.get("time")))
