"""A form, a rule, a pool, a lead in hand, one that waits, an entry that is doubted, an absence, a holiday."""

from datetime import timedelta

from crm.models import Lead
from crm.operations import leads as leading
from tenancy import calendar

QUESTIONS = {
    "title": {"en": "Tell us"}, "consent": {"en": "You may answer me."},
    "fields": [
        {"kind": "name", "label": {"en": "Name"}, "is_required": True}, {"kind": "phone", "label": {"en": "Phone"}},
        {"kind": "choices", "label": {"en": "Drinks"}, "options": [{"en": "Tea"}, {"en": "Coffee"}], "key": "drinks"},
    ],
}  # fmt: skip


def some_leads(member) -> dict[str, object]:
    pool = leading.add_pool("Hull office", [member.id])
    rule = leading.save_rule(
        name="Ours", how="round_robin", members=[member.id], criteria=[{"fact": "source", "values": ["form"]}]
    )
    form = leading.publish_form(leading.create_form("Enquiry", QUESTIONS).id)
    told = {"name": "Dora Hill", "phone": "+447700900188", "drinks": ["Tea", "Coffee"]}
    leading.submit_entry(form.id, leading.Submission(key="one", answers=told, language="en"))
    doubted = leading.submit_entry(form.id, leading.Submission(key="two", answers=told, language="en", doubt="honeypot"))
    leading.capture_lead(leading.LeadReport(key="api:x:1", source="api", name="Olga Reed", phone="+447700900189"))
    day = calendar.today() + timedelta(days=9)
    away = calendar.add_absence(member.id, first_day=day, last_day=day + timedelta(days=2))
    return {
        "lead_id": Lead.objects.get(form=form).id, "rule_id": rule.id, "pool_id": pool.id, "form_id": form.id,
        "entry_id": doubted.id, "day_id": calendar.set_day(calendar.today(), name="Fair").id, "absence_id": away.id,
    }  # fmt: skip
