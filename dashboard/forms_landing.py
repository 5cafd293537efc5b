"""The editor of landing pages: one form a block, with the texts of both languages side by side."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import get_language, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import CustomField
from crm.queries.custom_fields import custom_fields, in_tongue
from referrals.models import Campaign
from referrals.operations.pages import add_picture
from referrals.queries.pages import landing_pictures
from referrals.rules.pages import OWN, Block, Page, Variant, read_page

LANGUAGES = {"en": "en", "zh": "zh-hans"}  # ending of a field's name → language
_LANGUAGE_NAMES = {"en": "English", "zh": "简体中文"}
KINDS = {
    "hero": pgettext_lazy("a block of a page", "Headline and picture"), "inviter": _("Who invites"),
    "both": _("What both get"), "steps": pgettext_lazy("a block of a page", "Steps"),
    "text": pgettext_lazy("a block of a page", "Text"), "picture": _("Picture"), "quote": _("Quotation"),
    "video": _("Link to a video"), "questions": _("Questions and answers"), "countdown": _("Days left"),
    "form": pgettext_lazy("a block of a page", "Form"), "terms": _("Terms"),
}  # fmt: skip
ABOUT = {
    "inviter": _("Shows the friend’s name, shortened so that strangers cannot find them."),
    "both": _("Written from the rule of the campaign, so it is always right. It is not shown inside WeChat."),
    "countdown": _("Shown only if the campaign has an end."),
    "terms": _("Starts with the rule in plain words. Empty: the terms of the campaign."),
    "form": _("Name and contact are always asked."),
    "video": _("Opens in a new tab. Nothing of the video’s site is loaded before somebody taps it."),
}
_ICONS = {
    "hero": "photo-star", "inviter": "user-heart", "both": "gift", "steps": "list-numbers", "text": "align-left",
    "picture": "photo", "quote": "quote", "video": "player-play", "questions": "help-circle", "countdown": "clock",
    "form": "forms", "terms": "file-text",
}  # fmt: skip
_OF_KIND = {  # texts of each kind: (field, label, rows)
    "hero": (("title", _("Headline"), 1), ("text", _("Below the headline"), 2)),
    "inviter": (("text", _("A line below the name"), 1),),
    "both": (("title", _("Heading"), 1),),
    "steps": (("title", _("Heading"), 1), ("lines", _("Steps, one a line"), 4)),
    "text": (("title", _("Heading"), 1), ("text", pgettext_lazy("a block of a page", "Text"), 5)),
    "picture": (("text", _("Words below the picture"), 1),),
    "quote": (("text", pgettext_lazy("a quotation", "What was said"), 3), ("author", _("Who said it"), 1)),
    "video": (("title", _("Words of the link"), 1),),
    "questions": (
        ("title", _("Heading"), 1), ("lines", _("A question, its answer on the next line, then an empty line"), 8),
    ),
    "countdown": (("title", _("Words beside the days; empty: the date"), 1),),
    "form": (("title", _("Heading"), 1), ("text", _("A line below the heading"), 1)),
    "terms": (("title", _("Heading"), 1), ("text", _("Terms"), 5)),
}  # fmt: skip
_LONGEST = {"title": 120, "text": 2000, "lines": 3000, "author": 80, "alt": 200}
_PICTURED = ("hero", "picture")
_HOW = [
    ("", pgettext_lazy("a question", "Not asked")),
    ("optional", pgettext_lazy("a question", "Optional")),
    ("required", _("Has to be answered")),
]


def _text(label, length: int, rows: int, ending: str) -> forms.CharField:
    lang = {"lang": "zh-Hans" if ending == "zh" else "en"}
    widget = forms.Textarea({"rows": rows, **lang}) if rows > 1 else forms.TextInput(lang)
    return forms.CharField(label=label, max_length=length, required=False, widget=widget)


def _here_first() -> list[str]:
    """List the languages, that of the page first."""
    return sorted(LANGUAGES, key=lambda ending: LANGUAGES[ending] != get_language())


class BlockForm(forms.Form):
    """A block; which fields it has follows from its kind."""

    def __init__(self, *args, kind: str, **options):
        super().__init__(*args, **options)
        self.kind = kind if kind in KINDS else "text"
        for name, label, rows in _OF_KIND[self.kind]:
            self._both(name, label, rows)
        if self.kind in _PICTURED:
            self._pictured()
        if self.kind == "video":
            self.fields["url"] = forms.URLField(
                label=_("Address"), required=False, max_length=300, assume_scheme="https",
                widget=forms.URLInput({"placeholder": "https://"}),
            )  # fmt: skip
        if self.kind == "form":
            for name, label in askable():
                self.fields[_ask(name)] = forms.ChoiceField(label=label, choices=_HOW, required=False)
        if self.kind not in ("form", "both"):
            self.fields["not_in_wechat"] = forms.BooleanField(label=_("Leave out inside WeChat"), required=False)

    def _both(self, name: str, label, rows: int) -> None:
        for ending in LANGUAGES:
            self.fields[f"{name}_{ending}"] = _text(label, _LONGEST[name], rows, ending)

    def _pictured(self) -> None:
        kept = [(row.fingerprint, row.name or row.fingerprint[:8]) for row in landing_pictures()[:60]]
        known = self.initial.get("picture") or self.data.get(self.add_prefix("picture"), "")
        if known and known not in dict(kept):
            kept.append((known, known[:8]))
        self.fields["picture"] = forms.ChoiceField(label=_("Picture"), required=False, choices=[("", _("None")), *kept])
        self.fields["upload"] = forms.FileField(
            label=_("Or take a new one"), required=False,
            widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp", "data-upload": ""}),
        )  # fmt: skip
        self._both("alt", _("What the picture shows, for those who cannot see it"), 1)

    # --- for the page -------------------------------------------------------------------------------------------

    @property
    def label(self):
        return KINDS[self.kind]

    @property
    def about(self):
        return ABOUT.get(self.kind, "")

    @property
    def icon(self) -> str:
        return _ICONS[self.kind]

    @property
    def languages(self) -> list[tuple[str, str, list]]:
        """The texts for the page: (ending, language, fields)."""
        names = [name for name, _label, _rows in _OF_KIND[self.kind]] + (["alt"] if self.kind in _PICTURED else [])
        return [(ending, _LANGUAGE_NAMES[ending], [self[f"{name}_{ending}"] for name in names]) for ending in _here_first()]

    @property
    def others(self) -> list:
        return [self[name] for name in self.fields if not name.endswith(("_en", "_zh"))]

    @property
    def shown_picture(self) -> str:
        return str(self["picture"].value() or "") if "picture" in self.fields else ""

    # --- what was typed -----------------------------------------------------------------------------------------

    def stored(self) -> dict[str, Any]:
        told = self.cleaned_data
        texts = {
            name: {language: told.get(f"{name}_{ending}", "") for ending, language in LANGUAGES.items()} for name in _LONGEST
        }
        asks = {name: told.get(_ask(name), "") for name, _label in askable()} if self.kind == "form" else {}
        picture = told.get("picture", "")
        if told.get("upload"):
            picture = add_picture(told["upload"].read(), told["upload"].name).fingerprint
        return texts | {
            "kind": self.kind, "picture": picture, "url": told.get("url", ""), "asks": asks,
            "not_in_wechat": bool(told.get("not_in_wechat")),
        }  # fmt: skip


class PageForm(forms.Form):
    """What belongs to a variant as a whole, and to the page."""

    def __init__(self, *args, has_b: bool, **options):
        super().__init__(*args, **options)
        for ending in LANGUAGES:
            self.fields[f"card_title_{ending}"] = _text(_("Title of the link’s card"), 120, 1, ending)
            self.fields[f"card_text_{ending}"] = _text(_("Words below it"), 200, 1, ending)
        if has_b:
            self.fields["share_b"] = forms.IntegerField(
                label=_("Visitors who see variant B"), min_value=0, max_value=99, required=False,
                widget=forms.NumberInput({"data-suffix": "%"}), help_text=_("Each visitor sees the same one every time."),
            )  # fmt: skip
        self.fields["elsewhere"] = forms.URLField(
            label=_("Lead people to a page of your own site"), required=False, max_length=300, assume_scheme="https",
            help_text=_(
                "Visits are counted, then people go there, with the code and your campaign tags. Empty: they see this page."
            ),
            widget=forms.URLInput({"placeholder": "https://"}),
        )  # fmt: skip

    @property
    def languages(self) -> list[tuple[str, str, list]]:
        return [
            (ending, _LANGUAGE_NAMES[ending], [self[f"card_title_{ending}"], self[f"card_text_{ending}"]])
            for ending in _here_first()
        ]

    @property
    def own_site(self):
        return self["elsewhere"]

    @property
    def split(self):
        return self["share_b"] if "share_b" in self.fields else None


def _ask(name: str) -> str:
    return "ask_" + name.replace(":", "_")


def askable() -> list[tuple[str, str]]:
    """What a form may ask besides name and address: city, message, the customers' own fields."""
    own = [(f"{OWN}{row.key}", in_tongue(row.label)) for row in custom_fields(CustomField.Subject.CUSTOMER) if not row.roles]
    return [("city", _("City")), ("message", pgettext_lazy("a question of a form", "Message")), *own]


def block_initial(block: Block) -> dict[str, Any]:
    stored = asdict(block)
    texts = {
        f"{name}_{ending}": stored[name].get(language, "") for name in _LONGEST for ending, language in LANGUAGES.items()
    }
    asks = {_ask(name): how for name, how in block.asks.items()}
    return texts | asks | {"picture": block.picture, "url": block.url, "not_in_wechat": block.not_in_wechat}


def page_initial(page: Page, variant: Variant) -> dict[str, Any]:
    texts = {
        f"{name}_{ending}": getattr(variant, name).get(language, "")
        for name in ("card_title", "card_text")
        for ending, language in LANGUAGES.items()
    }
    return texts | {"share_b": page.share_b, "elsewhere": page.elsewhere}


def variant_json(told: Mapping[str, Any], blocks: list[dict[str, Any]]) -> dict[str, Any]:
    cards = {
        name: {language: told[f"{name}_{ending}"] for ending, language in LANGUAGES.items()}
        for name in ("card_title", "card_text")
    }
    return cards | {"blocks": blocks}


def first_page(campaign: Campaign) -> Page:
    """A page that could be published as it is, made of the campaign's own texts."""
    texts = {
        name: {language: (campaign.texts.get(language) or {}).get(name, "") for language in LANGUAGES.values()}
        for name in ("headline", "offer")
    }
    steps = [
        _("Leave your name below, and where we reach you."),
        _("Type in the code we send you."),
        _("Come by or order online."),
    ]
    blocks = [
        {"kind": "hero", "title": texts["headline"], "text": texts["offer"], "not_in_wechat": False},
        {"kind": "inviter", "text": _spoken(_("They know us and think you may like us, too."))},
        {"kind": "both"},
        {"kind": "steps", "title": _spoken(_("How it works")), "lines": _spoken(*steps)},
        {"kind": "form"},
        {"kind": "terms"},
    ]
    return read_page({"variants": {"a": {"blocks": blocks}}})


def _spoken(*texts) -> dict[str, str]:
    """Say lines in both languages."""
    said = {}
    for language in LANGUAGES.values():
        with override(language):
            said[language] = "\n".join(str(text) for text in texts)
    return said
