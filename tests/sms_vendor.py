"""Three vendors of text messages on this machine, behind one address. They check signatures by themselves."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from messaging.sms.port import Account
from tenancy import outbound

KEY_ID, SECRET = "key-of-acme", "secret-of-acme"
APP, SIGNATURE, NUMBER = "1400006666", "银杏甜品", "+15017122661"


@dataclass
class Taken:
    """A text that a vendor has. `fate`: "" under way, "delivered", or the vendor's code for why not."""

    id: str
    phone: str
    reference: str
    sender: str
    template: str = ""
    places: object = None
    body: str = ""
    callback_url: str = ""
    fate: str = ""
    made: str = "Fri, 20 Nov 2026 12:00:01 +0000"


@dataclass
class SmsVendor:
    """`mood`: ok, refuse (with `refusal`); silent, hang_up, broken, garbage: after it has taken the text."""

    base_url: str = ""
    mood: str = "ok"
    refusal: tuple[str, str] = ("", "")
    taken: list[Taken] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    echoes: bool = True  # Tencent hands our reference back only where that was switched on
    patience: threading.Event = field(default_factory=threading.Event)

    def account(self, vendor: str, **other) -> Account:
        sender = NUMBER if vendor == "twilio" else SIGNATURE
        facts = {"app_id": APP, "sender": sender, "base_url": self.base_url, **other}
        return Account(vendor=vendor, key_id=KEY_ID, secret=SECRET, **facts)

    def take(self, **facts) -> Taken:
        self.taken.append(Taken(id=f"SM{len(self.taken) + 1}", **facts))
        return self.taken[-1]


class _Handler(BaseHTTPRequestHandler):
    vendor: SmsVendor

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def do_GET(self):
        self._answer(b"")

    def _answer(self, body: bytes):
        door, action = _door_of(self)
        self.vendor.asked.append(action)
        status, told = door(self, action, body)
        mood = self.vendor.mood
        if mood == "hang_up":
            return
        if mood == "silent":
            self.vendor.patience.wait(30)
        told = "<html>oops" if mood in ("garbage", "broken") else told
        self._say(500 if mood == "broken" else status, told)

    def _say(self, status: int, told: object):
        text = (told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        except OSError:
            pass  # nobody waits any more

    def log_message(self, *args):
        pass


def _door_of(request) -> tuple[Callable, str]:
    if action := request.headers.get("x-acs-action"):
        return _aliyun, action
    if action := request.headers.get("x-tc-action"):
        return _tencent, action
    return _twilio, "list" if "?" in request.path else request.command


# --- Aliyun ---------------------------------------------------------------------------------------------------


def _aliyun(request, action: str, body: bytes):
    vendor, said = request.vendor, dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True))
    if not _is_signed_acs3(request, said, body):
        return 400, {"Code": "SignatureDoesNotMatch", "Message": "Specified signature is not matched"}
    if vendor.mood == "refuse":
        return 200, {"Code": vendor.refusal[0], "Message": vendor.refusal[1]}
    if action == "QuerySendDetails":
        return 200, {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": _aliyun_records(vendor, said)}}
    taken = vendor.take(
        phone=said["PhoneNumbers"], reference=said["OutId"], sender=said["SignName"], template=said["TemplateCode"],
        places=json.loads(said.get("TemplateParam", "{}")),
    )  # fmt: skip
    return 200, {"Code": "OK", "Message": "OK", "BizId": taken.id, "RequestId": "R"}


def _is_signed_acs3(request, said: dict[str, str], body: bytes) -> bool:
    method, _, rest = request.headers["authorization"].partition(" ")
    told = dict(part.split("=", 1) for part in rest.split(","))
    names = told["SignedHeaders"].split(";")
    must = {name.lower() for name in request.headers if name.lower().startswith("x-acs-")} | {"host"}
    query = "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in sorted(said.items()))
    lines = "".join(f"{name}:{request.headers[name]}\n" for name in names)
    plain = f"POST\n/\n{query}\n{lines}\n{';'.join(names)}\n{hashlib.sha256(body).hexdigest()}"
    text = f"{method}\n{hashlib.sha256(plain.encode()).hexdigest()}"
    mine = hmac.new(SECRET.encode(), text.encode(), "sha256").hexdigest()
    return must <= set(names) and told["Credential"] == KEY_ID and told["Signature"] == mine


def _aliyun_records(vendor: SmsVendor, said: dict[str, str]) -> list[dict]:
    there = [one for one in vendor.taken if one.phone == said["PhoneNumber"] and said["SendDate"] == "20261120"]
    return [
        {
            "OutId": one.reference, "PhoneNum": one.phone, "SendStatus": {"": 1, "delivered": 3}.get(one.fate, 2),
            "ErrCode": "DELIVERED" if one.fate == "delivered" else one.fate,
            "ReceiveDate": "2026-11-20 20:00:05" if one.fate else None, "SendDate": "2026-11-20 20:00:01",
        }
        for one in there
        if said.get("BizId", one.id) == one.id
    ]  # fmt: skip


# --- Tencent --------------------------------------------------------------------------------------------------


def _tencent(request, action: str, body: bytes):
    vendor = request.vendor
    if not _is_signed_tc3(request, body):
        return 200, {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "not valid"}}}
    told = json.loads(body)
    if action == "PullSmsSendStatusByPhoneNumber":
        return 200, {"Response": {"PullSmsSendStatusSet": _tencent_records(vendor, told), "RequestId": "R"}}
    (phone,) = told["PhoneNumberSet"]
    if vendor.mood == "refuse":
        code, words = vendor.refusal
        return 200, {"Response": {"SendStatusSet": [{"Code": code, "Message": words, "SerialNo": "", "PhoneNumber": phone}]}}
    taken = vendor.take(
        phone=phone, reference=told["SessionContext"], sender=told["SignName"], template=told["TemplateId"],
        places=told["TemplateParamSet"],
    )  # fmt: skip
    return 200, {
        "Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": taken.id, "PhoneNumber": phone}], "RequestId": "R"}
    }


def _is_signed_tc3(request, body: bytes) -> bool:
    method, _, rest = request.headers["authorization"].partition(" ")
    told = dict(part.strip().split("=", 1) for part in rest.split(","))
    key_id, day, service, end = told["Credential"].split("/")
    names = told["SignedHeaders"].split(";")
    lines = "".join(f"{name}:{request.headers[name]}\n" for name in names)
    plain = f"POST\n/\n\n{lines}\n{';'.join(names)}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{day}/{service}/{end}"
    text = f"{method}\n{request.headers['x-tc-timestamp']}\n{scope}\n{hashlib.sha256(plain.encode()).hexdigest()}"
    key = b"TC3" + SECRET.encode()
    for step in (day, service, end, text):
        key = hmac.digest(key, step.encode(), "sha256")
    is_whole = {"content-type", "host"} <= set(names) and (service, end) == ("sms", "tc3_request")
    return is_whole and key_id == KEY_ID and told["Signature"] == key.hex()


def _tencent_records(vendor: SmsVendor, told: dict) -> list[dict]:
    """List what a carrier has reported."""
    return [
        {
            "SerialNo": one.id, "PhoneNumber": one.phone, "SessionContext": one.reference if vendor.echoes else "",
            "ReportStatus": "SUCCESS" if one.fate == "delivered" else "FAIL", "UserReceiveTime": 1795176005,
            "Description": "DELIVRD" if one.fate == "delivered" else one.fate,
        }
        for one in vendor.taken
        if one.phone == told["PhoneNumber"] and one.fate
    ]  # fmt: skip


# --- Twilio ---------------------------------------------------------------------------------------------------


def _twilio(request, action: str, body: bytes):
    vendor = request.vendor
    login = base64.b64encode(f"{KEY_ID}:{SECRET}".encode()).decode()
    if request.headers.get("authorization") != f"Basic {login}":
        return 401, {"code": 20003, "message": "Authenticate", "status": 401}
    if vendor.mood == "refuse":
        return 400, {"code": int(vendor.refusal[0]), "message": vendor.refusal[1], "status": 400}
    if action == "list":
        phone = dict(parse_qsl(urlsplit(request.path).query))["To"]
        return 200, {"messages": [_twilio_message(one) for one in reversed(vendor.taken) if one.phone == phone]}
    if action == "GET":
        found = [one for one in vendor.taken if request.path.endswith(f"/Messages/{one.id}.json")]
        return (200, _twilio_message(found[0])) if found else (404, {"code": 20404, "message": "not found", "status": 404})
    assert request.path == f"/2010-04-01/Accounts/{KEY_ID}/Messages.json"
    form = dict(parse_qsl(body.decode()))
    taken = vendor.take(
        phone=form["To"], reference="", sender=form.get("From") or form["MessagingServiceSid"], body=form["Body"],
        callback_url=form.get("StatusCallback", ""),
    )  # fmt: skip
    return 201, _twilio_message(taken)


def _twilio_message(one: Taken) -> dict:
    state = {"": "queued", "delivered": "delivered"}.get(one.fate, "undelivered")
    return {
        "sid": one.id, "to": one.phone, "body": one.body, "direction": "outbound-api", "status": state,
        "error_code": None if state != "undelivered" else int(one.fate), "error_message": None,
        "date_created": one.made, "date_updated": "Fri, 20 Nov 2026 12:00:05 +0000",
    }  # fmt: skip


@pytest.fixture
def sms_vendor():
    """The vendors of text messages, on this machine."""
    handler = type("Handler", (_Handler,), {"vendor": SmsVendor()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.vendor.base_url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield handler.vendor
    handler.vendor.patience.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def impatient(monkeypatch):
    """Wait for an answer no longer than a third of a second."""
    monkeypatch.setattr(outbound, "TIMEOUT", (5, 0.3))
