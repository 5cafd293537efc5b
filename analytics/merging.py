"""What becomes of scores when two customers become one: the winner's stands until the next run."""

from analytics.models import RfmMove, RfmScore
from crm.operations.merging.kit import GOES, Room, moves, stays

ROOM = Room(
    moves(RfmScore, "customer", once_with=(), leftover=GOES),
    stays(RfmMove, "customer_id", "append only: what the loser's marks were"),
)
