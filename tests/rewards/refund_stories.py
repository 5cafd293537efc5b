"""Textbook cases of refunds: what is done, and what a customer has, what the budget says and what was booked after it.

    step | pending available owed expired | reserved committed spent | kinds of the entries that the step booked

The reward is a hundred points at two pence each unless told otherwise; points live twelve months.
"""

OWE = {
    # --- before it is settled -----------------------------------------------------------------------------
    "a part of a pending reward goes back": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 40     | 40 0 0 0  | 80 0 0  | reversal
        settle      | 0 40 0 0  | 0 80 0  | settlement
    """,
    "all of a pending reward goes back": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 0      | 0 0 0 0   | 0 0 0   | reversal
        settle      | 0 0 0 0   | 0 0 0   |
    """,
    "three refunds take one part each": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 80     | 80 0 0 0  | 160 0 0 | reversal
        keep 50     | 50 0 0 0  | 100 0 0 | reversal
        keep 10     | 10 0 0 0  | 20 0 0  | reversal
        settle      | 0 10 0 0  | 0 20 0  | settlement
    """,
    "the same refund told twice takes once": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 80     | 80 0 0 0  | 160 0 0 | reversal
        same 80     | 80 0 0 0  | 160 0 0 |
    """,
    "a held reward shrinks and stays held": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        hold        | 100 0 0 0 | 200 0 0 |
        keep 30     | 30 0 0 0  | 60 0 0  | reversal
        settle      | 30 0 0 0  | 60 0 0  |
        release     | 30 0 0 0  | 60 0 0  |
        settle      | 0 30 0 0  | 0 60 0  | settlement
    """,
    "a cancelled refund makes a pending reward whole": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 40     | 40 0 0 0  | 80 0 0  | reversal
        again 100   | 100 0 0 0 | 200 0 0 | restoration
        settle      | 0 100 0 0 | 0 200 0 | settlement
    """,
    "a cancelled refund brings a reversed reward back, and it settles": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 0      | 0 0 0 0   | 0 0 0   | reversal
        settle      | 0 0 0 0   | 0 0 0   |
        again 100   | 100 0 0 0 | 200 0 0 | restoration
        settle      | 0 100 0 0 | 0 200 0 | settlement
    """,
    "a held reward that was reversed is held again": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        hold        | 100 0 0 0 | 200 0 0 |
        keep 0      | 0 0 0 0   | 0 0 0   | reversal
        again 100   | 100 0 0 0 | 200 0 0 | restoration
        settle      | 100 0 0 0 | 200 0 0 |
        release     | 100 0 0 0 | 200 0 0 |
        settle      | 0 100 0 0 | 0 200 0 | settlement
    """,
    "one of two refunds is cancelled": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 70     | 70 0 0 0  | 140 0 0 | reversal
        keep 20     | 20 0 0 0  | 40 0 0  | reversal
        again 50    | 50 0 0 0  | 100 0 0 | restoration
        again 70    | 70 0 0 0  | 140 0 0 | restoration
        again 100   | 100 0 0 0 | 200 0 0 | restoration
    """,
    "two refunds are cancelled at once": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 70     | 70 0 0 0  | 140 0 0 | reversal
        keep 20     | 20 0 0 0  | 40 0 0  | reversal
        again 100   | 100 0 0 0 | 200 0 0 | restoration restoration
    """,
    "more than was promised is never given": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 40     | 40 0 0 0  | 80 0 0  | reversal
        again 500   | 100 0 0 0 | 200 0 0 | restoration
        again 500   | 100 0 0 0 | 200 0 0 |
    """,
    "refunded, cancelled and refunded again": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 40     | 40 0 0 0  | 80 0 0  | reversal
        again 100   | 100 0 0 0 | 200 0 0 | restoration
        keep 40     | 40 0 0 0  | 80 0 0  | reversal
        settle      | 0 40 0 0  | 0 80 0  | settlement
    """,
    "refunded before, cancelled after it was settled": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        keep 40     | 40 0 0 0  | 80 0 0  | reversal
        settle      | 0 40 0 0  | 0 80 0  | settlement
        again 100   | 0 100 0 0 | 0 200 0 | restoration
    """,
    # --- settled, and still there -------------------------------------------------------------------------
    "a part of an available reward goes back": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        settle      | 0 100 0 0 | 0 200 0 | settlement
        keep 30     | 0 30 0 0  | 0 60 0  | reversal
    """,
    "all of an available reward goes back": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        settle      | 0 100 0 0 | 0 200 0 | settlement
        keep 0      | 0 0 0 0   | 0 0 0   | reversal
    """,
    "a cancelled refund fills the lot again": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        settle      | 0 100 0 0 | 0 200 0 | settlement
        keep 0      | 0 0 0 0   | 0 0 0   | reversal
        again 100   | 0 100 0 0 | 0 200 0 | restoration
        expire      | 0 0 0 100 | 0 0 0   | expiry
    """,
    "its own lot goes first, others stay": """
        earn 500    | 0 500 0 0   | 0 0 0   | earning
        promise 100 | 100 500 0 0 | 200 0 0 | accrual
        settle      | 0 600 0 0   | 0 200 0 | settlement
        keep 0      | 0 500 0 0   | 0 0 0   | reversal
    """,
    # --- after it was used --------------------------------------------------------------------------------
    "what was used is owed": """
        promise 100 | 100 0 0 0 | 200 0 0   | accrual
        settle      | 0 100 0 0 | 0 200 0   | settlement
        redeem 90   | 0 10 0 0  | 0 20 180  | redemption
        keep 0      | 0 0 90 0  | 0 0 0     | reversal
    """,
    "a part of what was used is owed": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 90   | 0 10 0 0  | 0 20 180 | redemption
        keep 60     | 0 0 30 0  | 0 0 120  | reversal
    """,
    "other points are taken before anything is owed": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 90   | 0 10 0 0  | 0 20 180 | redemption
        earn 20     | 0 30 0 0  | 0 20 180 | earning
        keep 0      | 0 0 70 0  | 0 0 0    | reversal
    """,
    "the next points repay what is owed": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 90   | 0 10 0 0  | 0 20 180 | redemption
        keep 60     | 0 0 30 0  | 0 0 120  | reversal
        earn 20     | 0 0 10 0  | 0 0 120  | earning
        earn 50     | 0 40 0 0  | 0 0 120  | earning
    """,
    "a cancelled refund repays what it made owed": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 90   | 0 10 0 0  | 0 20 180 | redemption
        keep 60     | 0 0 30 0  | 0 0 120  | reversal
        again 100   | 0 10 0 0  | 0 20 180 | restoration
    """,
    "cancelled after the debt was repaid, it is there again": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 90   | 0 10 0 0  | 0 20 180 | redemption
        keep 60     | 0 0 30 0  | 0 0 120  | reversal
        earn 50     | 0 20 0 0  | 0 0 120  | earning
        again 100   | 0 60 0 0  | 0 80 120 | restoration
    """,
    "half cancelled, the debt goes first": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 90   | 0 10 0 0  | 0 20 180 | redemption
        keep 0      | 0 0 90 0  | 0 0 0    | reversal
        again 90    | 0 0 0 0   | 0 0 180  | restoration
        again 100   | 0 10 0 0  | 0 20 180 | restoration
    """,
    "a redemption given back after a refund pays the debt": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 90   | 0 10 0 0  | 0 20 180 | redemption
        keep 60     | 0 0 30 0  | 0 0 120  | reversal
        return 90   | 0 60 0 0  | 0 120 0  | return
    """,
    "staff forgive a debt": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 100  | 0 0 0 0   | 0 0 200  | redemption
        keep 0      | 0 0 100 0 | 0 0 0    | reversal
        forgive 70  | 0 0 30 0  | 0 0 0    | write_off
        earn 40     | 0 10 0 0  | 0 0 0    | earning
    """,
    # --- after it expired -----------------------------------------------------------------------------------
    "what has expired is not owed": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        settle      | 0 100 0 0 | 0 200 0 | settlement
        expire      | 0 0 0 100 | 0 0 0   | expiry
        keep 0      | 0 0 0 0   | 0 0 0   | reversal
    """,
    "a part of what has expired goes back": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        settle      | 0 100 0 0 | 0 200 0 | settlement
        expire      | 0 0 0 100 | 0 0 0   | expiry
        keep 60     | 0 0 0 60  | 0 0 0   | reversal
    """,
    "half used, half expired: only the used half is owed": """
        promise 100 | 100 0 0 0 | 200 0 0   | accrual
        settle      | 0 100 0 0 | 0 200 0   | settlement
        redeem 50   | 0 50 0 0  | 0 100 100 | redemption
        expire      | 0 0 0 50  | 0 0 100   | expiry
        keep 0      | 0 0 50 0  | 0 0 0     | reversal
    """,
    "a cancelled refund lets what had expired live thirty days": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        settle      | 0 100 0 0 | 0 200 0 | settlement
        expire      | 0 0 0 100 | 0 0 0   | expiry
        keep 0      | 0 0 0 0   | 0 0 0   | reversal
        again 100   | 0 100 0 0 | 0 200 0 | restoration
        days 29     | 0 100 0 0 | 0 200 0 |
        days 2      | 0 0 0 100 | 0 0 0   | expiry
    """,
    "refunded while it lived, cancelled when it would have expired": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        settle      | 0 100 0 0 | 0 200 0 | settlement
        keep 40     | 0 40 0 0  | 0 80 0  | reversal
        expire      | 0 0 0 40  | 0 0 0   | expiry
        again 100   | 0 60 0 40 | 0 120 0 | restoration
        days 31     | 0 0 0 100 | 0 0 0   | expiry
    """,
    # --- with other rewards ---------------------------------------------------------------------------------
    "the next reward repays the debt of the last": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 100  | 0 0 0 0   | 0 0 200  | redemption
        keep 0      | 0 0 100 0 | 0 0 0    | reversal
        promise 150 | 150 0 100 0 | 300 0 0 | accrual
        settle      | 0 50 0 0  | 0 100 200 | settlement
    """,
    "a refund takes the other reward's points, and its own cancellation gives them back": """
        promise 100 | 100 0 0 0 | 200 0 0   | accrual
        settle      | 0 100 0 0 | 0 200 0   | settlement
        redeem 100  | 0 0 0 0   | 0 0 200   | redemption
        earn 100    | 0 100 0 0 | 0 0 200   | earning
        keep 0      | 0 0 0 0   | 0 0 0     | reversal
        again 100   | 0 100 0 0 | 0 0 200   | restoration
    """,
}

LIMITED = {
    "nobody owes more than the limit, the house bears the rest": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        settle      | 0 100 0 0 | 0 200 0 | settlement
        redeem 100  | 0 0 0 0   | 0 0 200 | redemption
        keep 0      | 0 0 40 0  | 0 0 0   | reversal write_off
        earn 50     | 0 10 0 0  | 0 0 0   | earning
    """,
    "a debt within the limit stays": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 100  | 0 0 0 0   | 0 0 200  | redemption
        keep 70     | 0 0 30 0  | 0 0 140  | reversal
        keep 50     | 0 0 40 0  | 0 0 100  | reversal write_off
    """,
    "cancelled, it ends as if it had never been": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        settle      | 0 100 0 0 | 0 200 0 | settlement
        redeem 80   | 0 20 0 0  | 0 40 160 | redemption
        keep 0      | 0 0 40 0  | 0 0 0   | reversal write_off
        again 100   | 0 20 0 0  | 0 40 160 | restoration
    """,
}

FORGIVE = {
    "what was used is the house's loss": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 90   | 0 10 0 0  | 0 20 180 | redemption
        keep 0      | 0 0 0 0   | 0 0 0    | reversal write_off
    """,
    "other points are taken all the same": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 90   | 0 10 0 0  | 0 20 180 | redemption
        earn 20     | 0 30 0 0  | 0 20 180 | earning
        keep 0      | 0 0 0 0   | 0 0 0    | reversal write_off
    """,
    "what is there is simply taken": """
        promise 100 | 100 0 0 0 | 200 0 0 | accrual
        settle      | 0 100 0 0 | 0 200 0 | settlement
        keep 40     | 0 40 0 0  | 0 80 0  | reversal
    """,
    "what was forgiven is not given as well": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 90   | 0 10 0 0  | 0 20 180 | redemption
        keep 0      | 0 0 0 0   | 0 0 0    | reversal write_off
        again 100   | 0 10 0 0  | 0 20 180 | restoration
    """,
}

OWN_LOT = {
    "other points are left alone": """
        earn 20     | 0 20 0 0   | 0 0 0    | earning
        promise 100 | 100 20 0 0 | 200 0 0  | accrual
        settle      | 0 120 0 0  | 0 200 0  | settlement
        redeem 110  | 0 10 0 0   | 0 20 180 | redemption
        keep 0      | 0 0 0 0    | 0 0 0    | reversal write_off
    """,
    "the rest of its own lot goes, what was used of it is the house's loss": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 70   | 0 30 0 0  | 0 60 140 | redemption
        earn 500    | 0 530 0 0 | 0 60 140 | earning
        keep 50     | 0 500 0 0 | 0 0 100  | reversal write_off
    """,
    "and its cancellation fills its own lot": """
        promise 100 | 100 0 0 0 | 200 0 0  | accrual
        settle      | 0 100 0 0 | 0 200 0  | settlement
        redeem 70   | 0 30 0 0  | 0 60 140 | redemption
        earn 500    | 0 530 0 0 | 0 60 140 | earning
        keep 50     | 0 500 0 0 | 0 0 100  | reversal write_off
        again 100   | 0 530 0 0 | 0 60 140 | restoration
    """,
}
