"""Who sends text messages for us."""

from types import SimpleNamespace

VENDORS = {
    "aliyun": SimpleNamespace(needs_template=True),
    "tencent": SimpleNamespace(needs_template=True),
    "twilio": SimpleNamespace(needs_template=False),
}
