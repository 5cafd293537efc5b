"""What is refused to those who take up a suggestion."""

from foundation.errors import Conflict


class NotSuggested(Conflict):
    code = "not_suggested"
    message = "This is not suggested any more: the figures or the terms have changed. Look at the suggestions again."
