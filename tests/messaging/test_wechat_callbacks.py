"""What WeChat pushes: whose it is, what is inside. The encrypted one was made by wechatpy 1.8.18."""

from datetime import UTC, datetime, timedelta

import pytest

from messaging.wechat.callbacks import (
    Keys,
    PushRefused,
    decrypted,
    encrypted,
    greeting,
    new_aes_key,
    new_token,
    read_push,
    signature,
)

KEYS = Keys("wx49f0ab532d5d035a", "spamtoken9spamtoken9", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR")
NOW = datetime(2025, 11, 20, 12, 0, 5, tzinfo=UTC)
STAMP = "1763640000"
PARCEL = (
    "pxDvIKtJjb6ivztGO70jSnc2EaX/bLwfCdAYYImgb5qI1Ppifyij1Y2+jk5PciCqrUkiTLhwZB/fesVcQl5X+wDiGnPQHzBvAp4c/0Gvcd4WSNYsXrKE"
    "VQpre9MjV281l0SbDmxlsLcxQufYe1YiCy9bvDeRUOtmbXAz8oy4NvgT4DsgSQguA71pOhQcwyhcNX5+kGSR+nM3bzSzB6Ly85tpYWvQ91jBcqQG/xaR"
    "1rn1yQV/7pDU/ptlaK1BBo9klM6RreUMfOzrSbpzJ+q8QMLrGlXHW/c5SAjiks21QXNXlByU2QyeoFNcB3reiONp7fiQRLpPysF15aWmVSS/d5BvP3Zf"
    "k5gsv3qSwvIEc0w0WYBLJRCTfoK8gn/YjZ0B+95TD1vXvRpMlD/Ga7QX6rbDPjGiM8we5/R4FeiXlNQ="
)
TEXT = (
    "<xml><ToUserName><![CDATA[gh_shop]]></ToUserName><FromUserName><![CDATA[oAnn]]></FromUserName>"
    "<CreateTime>1763640000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event>"
    "<EventKey><![CDATA[qrscene_b-码头]]></EventKey></xml>"
)
SECURE = {
    "encrypt_type": "aes", "timestamp": STAMP, "nonce": "nonce1",
    "msg_signature": "f02c3e88768693d0cf449e5118cfc7ad1a2f7769",
}  # fmt: skip
PLAIN = {"timestamp": STAMP, "nonce": "nonce1", "signature": signature(KEYS.token, STAMP, "nonce1")}


def _wrapped(parcel: str) -> bytes:
    return f"<xml><ToUserName>gh_shop</ToUserName><Encrypt><![CDATA[{parcel}]]></Encrypt></xml>".encode()


def test_a_parcel_of_the_reference_opens_and_is_made_alike():
    assert decrypted(KEYS, PARCEL).decode() == TEXT
    assert encrypted(KEYS, TEXT.encode(), salt=b"0123456789abcdef") == PARCEL


@pytest.mark.parametrize(("query", "body"), [(SECURE, _wrapped(PARCEL)), (PLAIN, TEXT.encode())])
def test_a_push_is_read(query, body):
    push = read_push(KEYS, query, body, now=NOW)
    assert (push.event, push.openid, push.scene) == ("subscribe", "oAnn", "b-码头")
    assert push.at == datetime(2025, 11, 20, 12, 0, tzinfo=UTC)


def test_a_known_greeting_is_answered():
    assert greeting(KEYS, PLAIN | {"echostr": "5913"}, now=NOW) == "5913"
    with pytest.raises(PushRefused):
        greeting(KEYS, PLAIN | {"nonce": "other"}, now=NOW)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (PLAIN | {"signature": "0" * 40}, TEXT.encode()),
        (PLAIN | {"signature": ""}, TEXT.encode()),
        (PLAIN | {"timestamp": ""}, TEXT.encode()),
        (PLAIN | {"timestamp": "9" * 30}, TEXT.encode()),
        ({}, TEXT.encode()),
        (SECURE, _wrapped(PARCEL[:-8] + "AAAAAAA=")),
        (SECURE | {"msg_signature": PLAIN["signature"]}, _wrapped(PARCEL)),
        (SECURE, _wrapped("")),
        (SECURE, b"<xml>"),
        (PLAIN, b""),
        (PLAIN, b"\xff\xfe<xml/>"),
        (PLAIN, TEXT.replace("1763640000", "soon").encode()),
    ],
)
def test_what_is_not_from_wechat_is_refused(query, body):
    with pytest.raises(PushRefused):
        read_push(KEYS, query, body, now=NOW)


def test_what_was_signed_long_ago_is_refused():
    for distance in (timedelta(hours=1, minutes=1), timedelta(hours=-2)):
        with pytest.raises(PushRefused):
            read_push(KEYS, PLAIN, TEXT.encode(), now=NOW + distance)


def test_a_push_for_another_account_is_refused_though_the_keys_are_the_same():
    other = Keys("wx000000000000000b", KEYS.token, KEYS.aes_key)
    with pytest.raises(PushRefused):
        read_push(other, SECURE, _wrapped(PARCEL), now=NOW)
    with pytest.raises(PushRefused):
        decrypted(Keys(KEYS.app_id, KEYS.token, new_aes_key()), PARCEL)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_document_type_and_no_entity_is_let_in(encoding):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]>' + TEXT.replace("oAnn", "x")
    with pytest.raises(PushRefused):
        read_push(KEYS, PLAIN, bomb.replace("<![CDATA[x]]>", "&f;").encode(encoding), now=NOW)


def test_deep_and_strange_elements_are_passed_over():
    strange = TEXT.replace("</xml>", "<Event><Event>SCAN</Event></Event><Ticket>gQH</Ticket></xml>")
    assert read_push(KEYS, PLAIN, strange.encode(), now=NOW).event == "subscribe"
    said = TEXT.replace("[event]", "[text]")
    assert read_push(KEYS, PLAIN, said.encode(), now=NOW).event == ""


def test_tokens_and_keys_are_as_wechat_wants_them():
    assert len(new_token()) == 32 and len(new_aes_key()) == 43
    assert (new_token() + new_aes_key()).isalnum()
