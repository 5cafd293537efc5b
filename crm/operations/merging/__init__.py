"""Two customers become one, and two again. How a room takes part: kit.py."""

from crm.operations.merging.merge import UNDO_DAYS, Plan, catch_up, merge_customers, plan_merge
from crm.operations.merging.rooms import rooms, wire
from crm.operations.merging.undo import UndoPlan, plan_undo, undo_merge

__all__ = [
    "UNDO_DAYS", "Plan", "UndoPlan", "catch_up", "merge_customers", "plan_merge", "plan_undo", "rooms", "undo_merge", "wire",
]  # fmt: skip
