"""Settings of the sales process: pipelines, their stages, reasons for losing."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import DealStage, LossReason, Pipeline
from crm.operations import deals as selling
from crm.queries.deals import loss_reasons, open_in, pipelines, stages_of
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.people import MemberField
from dashboard.templatetags.dashboard import in_language
from tenancy.models import Membership

_NAMES = {"en": "name_en", "zh-hans": "name_zh"}


class NameForm(forms.Form):
    """A name in both languages; one is enough."""

    name_en = forms.CharField(
        label=_("Name in English"), max_length=60, required=False, widget=forms.TextInput({"lang": "en"})
    )
    name_zh = forms.CharField(
        label=_("Name in Chinese"), max_length=60, required=False, widget=forms.TextInput({"lang": "zh-Hans"})
    )

    @property
    def name(self) -> dict[str, str]:
        written = {language: self.cleaned_data[field].strip() for language, field in _NAMES.items()}
        return {language: text for language, text in written.items() if text}

    def clean(self):
        told = super().clean()
        if not any((told.get(field) or "").strip() for field in _NAMES.values()):
            self.add_error("name_en", _("Give it a name in at least one language."))
        return told


class PipelineForm(NameForm):
    with_stages = forms.BooleanField(label=_("Begin with the usual stages"), required=False, initial=True)


class ReasonForm(NameForm):
    parent = forms.ChoiceField(label=_("Under"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        top = [(str(each.id), in_language(each.name)) for each in loss_reasons()]
        self.fields["parent"].choices = [("", _("Top level")), *top]


class StageForm(NameForm):
    probability = forms.IntegerField(label=_("Probability in %"), min_value=0, max_value=100, initial=50)
    colour = forms.CharField(label=_("Colour"), max_length=7, initial="#2563eb", widget=forms.TextInput({"type": "color"}))
    ageing_days = forms.IntegerField(
        label=_("Mark deals that stay longer than (days)"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=_("Empty: never."),
    )
    responsible_role = forms.ChoiceField(
        label=_("A deal nobody owns goes to"),
        required=False,
        help_text=_("The least busy of the role, unless a person is named."),
    )
    required = forms.MultipleChoiceField(
        label=_("Needed to enter this stage"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever moves a deal here is asked for what is missing. More fields are made under Custom fields."),
    )  # fmt: skip

    def __init__(self, *args, kind: str = "open", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["responsible"] = MemberField(label=_("Or to this person"))
        self.fields["required"].choices = list(selling.required_labels().items())
        self.fields["responsible_role"].choices = [("", _("Nobody in particular")), *Membership.Role.choices]
        self.order_fields(
            [
                "name_en",
                "name_zh",
                "probability",
                "colour",
                "ageing_days",
                "responsible_role",
                "responsible",
                "required",
            ]
        )
        if kind != "open":
            del self.fields["probability"]
            del self.fields["ageing_days"]

    def clean_colour(self):
        colour = self.cleaned_data["colour"].lower()
        if len(colour) != 7 or colour[0] != "#" or not all(letter in "0123456789abcdef" for letter in colour[1:]):
            raise forms.ValidationError(_("Choose a colour."))
        return colour

    @property
    def facts(self) -> dict[str, Any]:
        told = self.cleaned_data
        plain = {name: told[name] for name in ("probability", "ageing_days", "colour", "responsible_role") if name in told}
        return {
            "name": self.name,
            **plain,
            "responsible_id": told["responsible"],
            "required_fields": told["required"],
        }


def _present(stage: DealStage) -> dict[str, Any]:
    plain = ("probability", "colour", "ageing_days", "responsible_role")
    return _names(stage) | {name: getattr(stage, name) for name in plain} | {
        "responsible": str(stage.responsible_id or ""), "required": stage.required_fields,
    }  # fmt: skip


def _names(row) -> dict[str, str]:
    return {field: row.name.get(language, "") for language, field in _NAMES.items()}


# --- pages -----------------------------------------------------------------------------------------------------


@staff("settings:write", post="settings:write")
def pipelines_page(request: HttpRequest) -> HttpResponse:
    selling.ensure_pipeline()
    form = PipelineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            made = selling.make_pipeline(form.name, with_stages=form.cleaned_data["with_stages"])
            return done(request, gettext("The pipeline is ready."), "dashboard:pipeline", made.id)
    every = list(pipelines(archived=True))
    context = {
        "used": [_dressed(each) for each in every if not each.archived_at],
        "archived": [each for each in every if each.archived_at],
        "reasons": loss_reasons(archived=True),
        "reason_form": ReasonForm(auto_id="reason_%s"),
    }
    return page(request, "dashboard/pipelines.html", context, form=form)


def _dressed(each: Pipeline) -> dict:
    stages = stages_of(each.id)
    return {"pipeline": each, "stages": stages, "deals": sum(open_in(stages).values())}


@staff("settings:write", post="settings:write")
def pipeline(request: HttpRequest, pipeline_id: UUID) -> HttpResponse:
    """One pipeline: its name, and its stages in order."""
    found = get_object_or_404(Pipeline.objects, id=pipeline_id)
    form = NameForm(request.POST or None, initial=_names(found))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            selling.change_pipeline(pipeline_id, name=form.name)
            return done(request, gettext("Saved."), "dashboard:pipeline", pipeline_id)
    stages = stages_of(pipeline_id)
    counts, labels = open_in(stages), selling.required_labels()
    for stage in stages:
        stage.deal_count = counts.get(stage.id, 0)
        stage.asks = [labels[name] for name in stage.required_fields if name in labels]
    archived = DealStage.objects.filter(pipeline=found, archived_at__isnull=False).order_by("position", "id")
    context = {
        "pipeline": found,
        "stages": stages,
        "archived": archived,
        "open_stages": [s for s in stages if s.kind == "open"],
    }
    return page(request, "dashboard/pipeline.html", context, form=form)


@action("settings:write")
def pipeline_turn(request: HttpRequest, pipeline_id: UUID) -> HttpResponse:
    """Make it the default, archive it, or bring it back."""
    get_object_or_404(Pipeline.objects, id=pipeline_id)
    step = request.POST.get("step", "")
    if step == "default":
        selling.change_pipeline(pipeline_id, is_default=True)
    elif step == "archive":
        selling.archive_pipeline(pipeline_id)
    elif step == "restore":
        selling.restore_pipeline(pipeline_id)
    return done(request, gettext("Saved."), "dashboard:pipelines")


@staff("settings:write", post="settings:write")
def stage_new(request: HttpRequest, pipeline_id: UUID) -> HttpResponse:
    found = get_object_or_404(Pipeline.objects, id=pipeline_id)
    form = StageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, name="name_en"):
            selling.add_stage(pipeline_id, **form.facts)
            return done(request, gettext("The stage is in the pipeline."), "dashboard:pipeline", pipeline_id)
    return page(request, "dashboard/stage_form.html", {"pipeline": found}, form=form)


@staff("settings:write", post="settings:write")
def stage_edit(request: HttpRequest, stage_id: UUID) -> HttpResponse:
    stage = get_object_or_404(DealStage.objects.select_related("pipeline"), id=stage_id)
    form = StageForm(request.POST or None, kind=stage.kind, initial=_present(stage))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, name="name_en"):
            selling.change_stage(stage_id, **form.facts)
            return done(request, gettext("Saved."), "dashboard:pipeline", stage.pipeline_id)
    return page(request, "dashboard/stage_form.html", {"pipeline": stage.pipeline, "stage": stage}, form=form)


@action("settings:write")
def stage_archive(request: HttpRequest, stage_id: UUID) -> HttpResponse:
    """Take a stage out of use, with a place for its deals; or bring it back."""
    stage = get_object_or_404(DealStage.objects, id=stage_id)
    if stage.archived_at:
        selling.restore_stage(stage_id)
        return done(request, gettext("The stage is used again."), "dashboard:pipeline", stage.pipeline_id)
    selling.archive_stage(stage_id, move_to=_id(request.POST.get("move_to", "")))
    return done(request, gettext("The stage is archived."), "dashboard:pipeline", stage.pipeline_id)


@action("settings:write")
def stages_arrange(request: HttpRequest, pipeline_id: UUID) -> HttpResponse:
    """Take the order in which the stages were dragged, or move one up."""
    get_object_or_404(Pipeline.objects, id=pipeline_id)
    ids = [each for text in request.POST.getlist("ids") if (each := _id(text))]
    if up := _id(request.POST.get("up", "")):
        ids = [stage.id for stage in stages_of(pipeline_id) if stage.kind == "open"]
        at = ids.index(up) if up in ids else 0
        if at:
            ids[at - 1], ids[at] = ids[at], ids[at - 1]
    selling.arrange_stages(pipeline_id, ids)
    if request.htmx:
        return HttpResponse(status=204)
    return done(request, gettext("Saved."), "dashboard:pipeline", pipeline_id)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@action("settings:write")
def loss_reason_new(request: HttpRequest) -> HttpResponse:
    form = ReasonForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            selling.add_loss_reason(form.name, parent_id=_id(form.cleaned_data["parent"]))
            return done(request, gettext("The reason is in the list."), "dashboard:pipelines")
    return page(request, "dashboard/bad_request.html", form=form)


@action("settings:write")
def loss_reason_turn(request: HttpRequest, loss_reason_id: UUID) -> HttpResponse:
    """Rename a reason, archive it, or bring it back."""
    reason = get_object_or_404(LossReason.objects, id=loss_reason_id)
    if "name_en" in request.POST:
        form = NameForm(request.POST)
        if not form.is_valid():
            return page(request, "dashboard/bad_request.html", form=form)
        selling.change_loss_reason(loss_reason_id, name=form.name)
    else:
        selling.change_loss_reason(loss_reason_id, is_archived=reason.archived_at is None)
    return done(request, gettext("Saved."), "dashboard:pipelines")


urls = [
    path("settings/pipelines/", pipelines_page, name="pipelines"),
    path("settings/pipelines/<uuid:pipeline_id>/", pipeline, name="pipeline"),
    path("settings/pipelines/<uuid:pipeline_id>/turn/", pipeline_turn, name="pipeline_turn"),
    path("settings/pipelines/<uuid:pipeline_id>/stages/new/", stage_new, name="stage_new"),
    path("settings/pipelines/<uuid:pipeline_id>/stages/order/", stages_arrange, name="stages_arrange"),
    path("settings/stages/<uuid:stage_id>/", stage_edit, name="stage_edit"),
    path("settings/stages/<uuid:stage_id>/archive/", stage_archive, name="stage_archive"),
    path("settings/loss-reasons/", loss_reason_new, name="loss_reason_new"),
    path("settings/loss-reasons/<uuid:loss_reason_id>/", loss_reason_turn, name="loss_reason_turn"),
]
