"""What can be done with leads, their rules, pools and forms: one function a business verb."""

from crm.operations.leads.assigning import assign_by_rules, default_pool, dry_run, dry_run_of
from crm.operations.leads.capture import capture_lead
from crm.operations.leads.change import change_lead
from crm.operations.leads.converting import convert_lead
from crm.operations.leads.entries import Submission, answer_lines, drop_entry, note_view, release_entry, submit_entry
from crm.operations.leads.forms import create_form, publish_form, save_form, switch_form
from crm.operations.leads.pooling import claim_lead, recycle_lead, release_lead
from crm.operations.leads.previews import is_preview, preview_token
from crm.operations.leads.ruling import add_pool, change_pool, delete_rule, move_rule_up, save_rule, set_policy, switch_rule
from crm.operations.leads.steps import (
    assign_lead,
    disqualify_lead,
    hand_over_lead,
    protect_lead,
    qualify_lead,
    record_contact,
    reopen_lead,
)
from crm.operations.leads.waking import wake_leads
from crm.reports_leads import Captured, LeadReport

__all__ = [
    "Captured",
    "LeadReport",
    "Submission",
    "add_pool",
    "answer_lines",
    "assign_by_rules",
    "assign_lead",
    "capture_lead",
    "change_lead",
    "change_pool",
    "claim_lead",
    "convert_lead",
    "create_form",
    "default_pool",
    "delete_rule",
    "disqualify_lead",
    "drop_entry",
    "dry_run",
    "dry_run_of",
    "hand_over_lead",
    "is_preview",
    "move_rule_up",
    "note_view",
    "preview_token",
    "protect_lead",
    "publish_form",
    "qualify_lead",
    "record_contact",
    "recycle_lead",
    "release_entry",
    "release_lead",
    "reopen_lead",
    "save_form",
    "save_rule",
    "set_policy",
    "submit_entry",
    "switch_form",
    "switch_rule",
    "wake_leads",
]
