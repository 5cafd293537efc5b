"""Write pipelines, deals and their money."""

from crm.operations.deals.change import change_deal, delete_deal, hand_over
from crm.operations.deals.create import create_deal
from crm.operations.deals.entry import missing_at, required_labels
from crm.operations.deals.lines import LineReport, set_lines
from crm.operations.deals.money import (
    add_instalment,
    change_instalment,
    record_receipt,
    refund_receipt,
    remove_instalment,
)
from crm.operations.deals.moves import lose_deal, move_deal, reopen_deal, win_deal
from crm.operations.deals.pipelines import (
    add_loss_reason,
    add_stage,
    archive_pipeline,
    archive_stage,
    arrange_stages,
    change_loss_reason,
    change_pipeline,
    change_stage,
    make_pipeline,
    restore_pipeline,
    restore_stage,
)
from crm.operations.deals.setup import ensure_pipeline
from crm.operations.deals.taking import take_deals

__all__ = [
    "LineReport",
    "add_instalment",
    "add_loss_reason",
    "add_stage",
    "archive_pipeline",
    "archive_stage",
    "arrange_stages",
    "change_deal",
    "change_instalment",
    "change_loss_reason",
    "change_pipeline",
    "change_stage",
    "create_deal",
    "delete_deal",
    "ensure_pipeline",
    "hand_over",
    "lose_deal",
    "make_pipeline",
    "missing_at",
    "move_deal",
    "record_receipt",
    "refund_receipt",
    "remove_instalment",
    "reopen_deal",
    "required_labels",
    "restore_pipeline",
    "restore_stage",
    "set_lines",
    "take_deals",
    "win_deal",
]
