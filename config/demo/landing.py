"""Landing pages of the demo: one published in two variants with figures, one that is being built."""

from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

from PIL import Image, ImageDraw, ImageFilter

from config.demo.life import Life
from foundation.colour import mix
from referrals import operations as referring
from referrals.models import ReferralCode
from referrals.operations.pages import add_picture, publish_page, save_page

_ACME = {
    "hero": {"en": "Good coffee is better shared", "zh-hans": "好咖啡，要和朋友一起喝"},
    "hero_text": {
        "en": "Your friend thinks you would like our coffee. Try it: your first bag comes with a present.",
        "zh-hans": "朋友觉得您会喜欢我们的咖啡。第一次下单，就有一份见面礼。",
    },
    "other": {"en": "Somebody who knows you chose this coffee for you", "zh-hans": "了解您的人，为您选了这款咖啡"},
    "alt": {"en": "Two cups of coffee on a table by the window", "zh-hans": "窗边桌上的两杯咖啡"},
    "steps": {
        "en": "Leave your name, and where we reach you\nConfirm with the code we send you\nOrder online, or come to the roastery",
        "zh-hans": "留下姓名和联系方式\n用收到的验证码确认\n网上下单，或到烘焙坊选购",
    },
    "quote": {
        "en": "I sent the link to my sister. Now we compare notes every Sunday.",
        "zh-hans": "我把链接发给了姐姐，现在我们每个周日都会聊聊咖啡。",
    },
    "author": {"en": "Harriet, a customer since spring", "zh-hans": "Harriet，春天起成为顾客"},
    "questions": {
        "en": "When do I get my present?\nAs soon as you have confirmed: it is in your member centre.\n\n"
        "Which grind do I need?\nTell us how you brew, and we grind it for you.\n\nDo you deliver?\nEverywhere in the country, "
        "within two days.",
        "zh-hans": "什么时候能收到见面礼？\n确认之后立即到账，可在会员中心查看。\n\n我该选什么研磨度？\n告诉我们您的冲煮方式，我们帮您磨好。\n\n"
        "可以送货吗？\n全国两日内送达。",
    },
}  # fmt: skip
_CHUNXI = {
    "hero": {"zh-hans": "闺蜜同款，送您一份见面礼", "en": "Your friend’s favourites, with a present for you"},
    "hero_text": {
        "zh-hans": "朋友用着好，才会推荐给您。第一次到店，还有免费皮肤检测。",
        "en": "Friends recommend what works for them. Your first visit comes with a free skin check.",
    },
    "other": {"zh-hans": "先做皮肤检测，再选适合您的", "en": "A skin check first, then what suits you"},
    "alt": {"zh-hans": "梳妆台上的两瓶护肤品", "en": "Two bottles of skin care on a dressing table"},
    "steps": {
        "zh-hans": "留下姓名和联系方式\n用收到的验证码确认\n到店或在线下单",
        "en": "Leave your name, and where we reach you\nConfirm with the code we send you\nCome to the shop or order online",
    },
    "quote": {"zh-hans": "介绍了三个同事，大家都成了老顾客。", "en": "I told three colleagues, and all of them stayed."},
    "author": {"zh-hans": "王女士，金卡会员", "en": "Ms Wang, gold member"},
    "questions": {
        "zh-hans": "见面礼什么时候到账？\n确认之后立即到账，可在会员中心查看。\n\n敏感肌可以用吗？\n到店先做皮肤检测，美容顾问为您挑选。",
        "en": "When do I get my present?\nAs soon as you have confirmed: it is in your member centre.\n\nIs it for sensitive skin?\n"
        "We check your skin first, and our consultants choose with you.",
    },
}  # fmt: skip
_HOW = {"en": "How it works", "zh-hans": "怎么参加"}
_ASKED = {"en": "Questions and answers", "zh-hans": "常见问题"}


def build_pages(life: Life, shown: UUID, built: UUID, start: datetime) -> None:
    """Publish a page in two variants for one campaign, and begin one for another."""
    words = _ACME if life.shop.slug == "acme" else _CHUNXI
    with life.at(start, "marketer"):
        picture = add_picture(
            _picture(life.shop.colour, is_of_bottles=words is _CHUNXI), f"{life.shop.slug}.webp"
        ).fingerprint
        page = {"variants": {"a": {"blocks": _blocks(words, picture)}, "b": {"blocks": _bare(words)}}, "share_b": 40}
        save_page(shown, page)
        publish_page(shown)
    if built:
        with life.at(start, "marketer"):
            save_page(built, {"variants": {"a": {"blocks": _bare(words)}}})


def _blocks(words: dict, picture: str) -> list[dict]:
    hero = {"kind": "hero", "title": words["hero"], "text": words["hero_text"], "picture": picture, "alt": words["alt"]}
    return [
        hero | {"not_in_wechat": False}, {"kind": "inviter"}, {"kind": "countdown"}, {"kind": "both"},
        {"kind": "steps", "title": _HOW, "lines": words["steps"]},
        {"kind": "quote", "text": words["quote"], "author": words["author"]},
        {"kind": "form", "asks": {"city": "optional", "message": "optional"}},
        {"kind": "questions", "title": _ASKED, "lines": words["questions"]},
    ]  # fmt: skip


def _bare(words: dict) -> list[dict]:
    return [
        {"kind": "hero", "title": words["other"]}, {"kind": "inviter"}, {"kind": "form"}, {"kind": "both"},
        {"kind": "questions", "title": _ASKED, "lines": words["questions"]},
    ]  # fmt: skip


def be_looked_at(life: Life, campaign_id: UUID, visits: int) -> None:
    """Let many follow a link that went round, so that the figures say something."""
    with life.at(life.today - timedelta(days=2)):
        code = ReferralCode.objects.filter(campaign_id=campaign_id).order_by("id").first()
        for _ in range(visits):
            visitor = f"{life.dice.getrandbits(256):064x}"
            utm = {"utm_source": "newsletter"} if life.dice.random() < 0.2 else {}
            referring.record_touch(
                code.code, channel="moments" if life.shop.language == "zh-hans" else "whatsapp", visitor=visitor,
                variant=life.variant(campaign_id, visitor), utm=utm,
            )  # fmt: skip


def _cup(pen: ImageDraw.ImageDraw, left: int, shade: str) -> None:
    pen.ellipse([left + 200, 380, left + 310, 500], outline=shade, width=26)
    pen.rounded_rectangle([left, 340, left + 250, 590], radius=60, fill=shade)
    pen.ellipse([left, 310, left + 250, 375], fill=mix(shade, "#ffffff", 0.25))
    pen.ellipse([left + 20, 322, left + 230, 365], fill=mix(shade, "#1a0d06", 0.7))


def _bottle(pen: ImageDraw.ImageDraw, left: int, shade: str) -> None:
    pen.rounded_rectangle([left + 85, 130, left + 185, 240], radius=16, fill=mix(shade, "#1a0d06", 0.55))
    pen.rectangle([left + 100, 235, left + 170, 275], fill=mix(shade, "#ffffff", 0.35))
    pen.rounded_rectangle([left + 15, 270, left + 255, 595], radius=48, fill=shade)
    pen.rounded_rectangle([left + 35, 380, left + 235, 520], radius=14, fill=mix(shade, "#ffffff", 0.82))
    for top, width in ((415, 130), (450, 90), (480, 60)):
        pen.rounded_rectangle([left + 135 - width // 2, top, left + 135 + width // 2, top + 12], radius=6, fill=shade)


def _picture(colour: str, *, is_of_bottles: bool) -> bytes:
    """Draw two cups, or bottles, in the shop's colour."""
    picture = Image.new("RGB", (960, 720), mix(colour, "#ffffff", 0.78))
    pen = ImageDraw.Draw(picture)
    pen.ellipse([560, -160, 1100, 380], fill=mix(colour, "#fff4d6", 0.9))
    pen.rectangle([0, 500, 960, 720], fill=mix(colour, "#ffffff", 0.55))
    picture = picture.filter(ImageFilter.GaussianBlur(6))
    pen = ImageDraw.Draw(picture)
    for left, shade in ((180, colour), (500, mix(colour, "#000000", 0.25))):
        pen.ellipse([left - 40, 560, left + 320, 620], fill=mix(colour, "#000000", 0.4))
        (_bottle if is_of_bottles else _cup)(pen, left, shade)
    content = BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()
