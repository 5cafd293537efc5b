"""Forms of the working calendar and of absences."""

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.forms import DateField
from dashboard.people import MemberField, member_choices
from foundation.working_time import read_spans


class HoursField(forms.CharField):
    """Hours of a day as people write them, cleaned to spans; empty: closed."""

    def __init__(self, **kwargs):
        super().__init__(max_length=80, required=False, widget=forms.TextInput({"placeholder": "09:00-18:00"}), **kwargs)

    def clean(self, value):
        text = super().clean(value)
        try:
            return read_spans(text)
        except ValueError:
            said = gettext("Write hours as 09:00-12:00, 13:30-18:00. They must not overlap.")
            raise forms.ValidationError(said) from None


class WeekForm(forms.Form):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number, name in WEEKDAYS.items():
            self.fields[f"day{number}"] = HoursField(label=name)

    @property
    def days(self) -> list:
        return [self.cleaned_data[f"day{number}"] for number in range(7)]


class DayForm(forms.Form):
    day = DateField(label=_("Day"))
    name = forms.CharField(label=_("What it is"), max_length=80, required=False)
    hours = HoursField(label=_("Hours"), help_text=_("Empty: closed. A half day: 09:00-12:00. A make-up day: its hours."))


class AbsenceForm(forms.Form):
    """Who is away; somebody without the right to say so for others says it of themselves."""

    first_day = DateField(label=_("First day"))
    last_day = DateField(label=_("Last day"))
    note = forms.CharField(label=_("Note"), max_length=120, required=False)

    def __init__(self, *args, membership, for_all: bool, **kwargs):
        super().__init__(*args, **kwargs)
        people = member_choices() if for_all else [(str(membership.id), str(membership.user))]
        self.fields["member"] = forms.ChoiceField(label=_("Who is away"), choices=people, initial=str(membership.id))
        self.fields["deputy"] = MemberField(label=_("Who stands in"))
        self.order_fields(["member", "first_day", "last_day", "deputy", "note"])
