"""Forms: the WeChat official account, and how a kind of message goes over it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.models import WechatAccount, WechatTemplate


class WechatForm(forms.Form):
    name = forms.CharField(label=_("Name of the account"), max_length=60, help_text=_("As followers see it in WeChat."))
    app_id = forms.CharField(
        label=_("App ID"), max_length=32, widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("It begins with wx."),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("App secret"), max_length=64, required=False, widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("It is sealed and never shown again; empty keeps the one that is there."),
    )  # fmt: skip

    def __init__(self, *args, account: WechatAccount | None, **kwargs):
        super().__init__(*args, **kwargs)
        if account is not None:
            self.initial |= {"name": account.name, "app_id": account.app_id}


class WechatTemplateForm(forms.Form):
    template_id = forms.CharField(
        label=_("Template ID"), max_length=64, widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("From the WeChat console: Template messages, My templates."),
    )  # fmt: skip
    fields_text = forms.CharField(
        label=_("Fields"), max_length=3000, widget=forms.Textarea({"rows": 6, "spellcheck": "false", "class": "mono"}),
        help_text=_("One a line: the name that the template gives it, an equals sign, and what stands there."),
    )  # fmt: skip
    use = forms.ChoiceField(label=_("It goes over WeChat"), choices=WechatTemplate.Use.choices, widget=forms.RadioSelect)

    def __init__(self, *args, present: WechatTemplate | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("use", WechatTemplate.Use.ALSO)
        if present is not None:
            lines = "\n".join(f"{name} = {text}" for name, text in present.fields.items())
            self.initial |= {"template_id": present.template_id, "fields_text": lines, "use": present.use}

    def clean_fields_text(self) -> dict[str, str]:
        lines = [line for line in self.cleaned_data["fields_text"].splitlines() if line.strip()]
        return dict(_parted(line) for line in lines)


def _parted(line: str) -> tuple[str, str]:
    """Read "thing1 = {reason_title}"; the name may come as the console shows it, {{thing1.DATA}}."""
    name, equals, text = line.partition("=")
    if not equals:
        raise forms.ValidationError(_("There is no equals sign in “%(line)s”."), params={"line": line.strip()[:60]})
    return name.strip().strip("{}").removesuffix(".DATA").strip(), text.strip()
