"""Aliyun, Dysmsapi 2017-05-25: texts by filed templates, requests signed with ACS3-HMAC-SHA256."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from messaging.sms import causes, wire
from messaging.sms.callbacks import BEIJING, beijing_time, entries
from messaging.sms.port import ACCEPTED, Account, Answer, Callback, Parcel, Receipt, Reply

HOST = "dysmsapi.aliyuncs.com"
_EMPTY = hashlib.sha256(b"").hexdigest()
_HOME = re.compile(r"\+86(1[3-9]\d{9})")
_DELIVERED, _FAILED = 3, 2
_CLOCKS_APART = timedelta(minutes=5)


class Aliyun:
    """Keys: AccessKeyId and AccessKeySecret. Sender: the filed signature, without its brackets."""

    needs_template = True

    def send(self, account: Account, parcel: Parcel, *, now: datetime) -> Answer:
        if not (phone := phone_there(parcel.phone)):
            return wire.refused("region")
        said = {
            "PhoneNumbers": phone,
            "SignName": account.sender,
            "TemplateCode": parcel.template,
            "OutId": parcel.reference,
        }
        if parcel.places:
            said["TemplateParam"] = json.dumps(dict(parcel.places), ensure_ascii=False, separators=(",", ":"))
        return _taken(_ask(account, "SendSms", said, now), parcel)

    def look_up(
        self, account: Account, parcel: Parcel, *, vendor_reference: str, sent_at: datetime, now: datetime
    ) -> Receipt | Answer | None:
        """Records are kept by day of Beijing for thirty days; the vendor may have written the one after midnight."""
        days = sorted({f"{moment.astimezone(BEIJING):%Y%m%d}" for moment in (sent_at, sent_at + _CLOCKS_APART)})
        for day in days:
            found = self._look_up_on(account, parcel, vendor_reference, day, now)
            if found is not None:
                return found
        return None

    def _look_up_on(
        self, account: Account, parcel: Parcel, vendor_reference: str, day: str, now: datetime
    ) -> Receipt | Answer | None:
        said = {"PhoneNumber": phone_there(parcel.phone), "SendDate": day, "PageSize": "50", "CurrentPage": "1"}
        if vendor_reference:
            said["BizId"] = vendor_reference
        heard = _ask(account, "QuerySendDetails", said, now)
        if isinstance(heard, Answer):
            return wire.unasked(heard)
        if not heard.told or heard.told.get("Code") != "OK":
            return wire.unasked(_refusal(heard, parcel))
        for record in _records(heard.told):
            if record.get("OutId") == parcel.reference:
                return _became(record, vendor_reference)
        return None

    def read_callback(self, account: Account, callback: Callback) -> list[Receipt | Reply]:
        """SmsReport and SmsUp may come to one address: only a report has `success`, only a reply `content`."""
        told = entries(callback)
        reports = [_report(entry) for entry in told if "success" in entry]
        return reports + [_reply(entry) for entry in told if "content" in entry and entry.get("phone_number")]

    def callback_answer(self) -> tuple[str, str]:
        """Of this only the code is read, and with it the 200."""
        return "application/json", '{"code":0,"msg":"OK"}'

    def filed_text(self, body: str, *, sender: str) -> str:
        return re.sub(r"\{([^{}]*)\}", r"${\1}", body)


def phone_there(phone: str) -> str:
    """Write a number as Aliyun reads it: at home without country code, elsewhere with it and without plus.

    Empty where it cannot be written: +1 310 555 0123 would be read as 131 0555 0123, and a stranger in China got the code.
    """
    if home := _HOME.fullmatch(phone):
        return home[1]
    return "" if _HOME.fullmatch(f"+86{phone[1:]}") else phone[1:]


def phone_here(phone: str) -> str:
    """Write in E.164 what Aliyun tells."""
    digits = re.sub(r"^(00|\+)", "", phone)
    return f"+86{digits}" if _HOME.fullmatch(f"+86{digits}") else f"+{digits}"


def _ask(account: Account, action: str, said: Mapping[str, str], now: datetime) -> wire.Heard | Answer:
    """Aliyun reads parameters, the phone among them, from the address, and nowhere else: nobody may write that down."""
    base = wire.address(account, HOST)
    query = canonical(said)
    headers = {
        "host": urlsplit(base).netloc,
        "x-acs-action": action,
        "x-acs-version": "2017-05-25",
        "x-acs-date": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-content-sha256": _EMPTY,
    }
    headers["authorization"] = authorization(account, query, headers)
    return wire.ask("POST", f"{base}/?{query}", headers=headers)


def canonical(said: Mapping[str, str]) -> str:
    """Write parameters in the one way in which they are signed: by name, RFC 3986."""
    return "&".join(f"{quote(name, safe='~')}={quote(said[name], safe='~')}" for name in sorted(said))


def authorization(account: Account, query: str, headers: Mapping[str, str]) -> str:
    """Sign a POST to / without body and all of its headers, whose names are in lower case."""
    names = sorted(headers)
    signed = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = "\n".join(["POST", "/", query, signed, ";".join(names), headers["x-acs-content-sha256"]])
    digest = hashlib.sha256(request.encode()).hexdigest()
    signature = hmac.new(account.secret.encode(), f"ACS3-HMAC-SHA256\n{digest}".encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={account.key_id},SignedHeaders={';'.join(names)},Signature={signature}"


def _taken(heard: wire.Heard | Answer, parcel: Parcel) -> Answer:
    if isinstance(heard, Answer):
        return heard
    if heard.is_success and heard.told and heard.told.get("Code") == "OK":
        return Answer(ACCEPTED, vendor_reference=str(heard.told.get("BizId") or ""))
    return _refusal(heard, parcel)


def _refusal(heard: wire.Heard, parcel: Parcel) -> Answer:
    told = heard.told or {}
    private = (parcel.phone, phone_there(parcel.phone), *(value for _name, value in parcel.places))
    return wire.judged("aliyun", heard, code=told.get("Code"), words=told.get("Message"), private=private)


def _records(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    within = told.get("SmsSendDetailDTOs")
    listed = within.get("SmsSendDetailDTO") if isinstance(within, dict) else None
    return [record for record in listed if isinstance(record, dict)] if isinstance(listed, list) else []


def _became(record: Mapping[str, Any], vendor_reference: str) -> Receipt | Answer:
    state, code = record.get("SendStatus"), str(record.get("ErrCode") or "")
    if state not in (_DELIVERED, _FAILED):
        return Answer(ACCEPTED, vendor_reference=vendor_reference)
    told = _fate(state == _DELIVERED, code, "")
    at = beijing_time(record.get("ReceiveDate"))
    return Receipt(reference=str(record["OutId"]), vendor_reference=vendor_reference, at=at, **told)


def _report(entry: Mapping[str, Any]) -> Receipt:
    told = _fate(entry["success"] in (True, "true"), str(entry.get("err_code") or ""), entry.get("err_msg"))
    return Receipt(
        reference=str(entry.get("out_id") or ""), vendor_reference=str(entry.get("biz_id") or ""),
        at=beijing_time(entry.get("report_time")), **told,
    )  # fmt: skip


def _fate(is_delivered: bool, code: str, words: object) -> dict[str, Any]:
    if is_delivered:
        return {"is_delivered": True}
    return {"is_delivered": False, "error": causes.cause("aliyun", code), "said": wire.said(code, words)}


def _reply(entry: Mapping[str, Any]) -> Reply:
    phone = phone_here(str(entry["phone_number"]))
    return Reply(phone, str(entry.get("content") or ""), at=beijing_time(entry.get("send_time")))
