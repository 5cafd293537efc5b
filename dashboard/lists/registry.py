"""All lists by name."""

from dashboard.lists.cases import CASES
from dashboard.lists.customers import CUSTOMERS
from dashboard.lists.deals import DEALS
from dashboard.lists.leads import LEADS
from dashboard.lists.orders import ORDERS
from dashboard.lists.referrals import REFERRALS
from dashboard.lists.rewards import REWARDS
from dashboard.lists.shape import List
from dashboard.lists.tasks import TASKS

LISTS: dict[str, List] = {each.name: each for each in (CUSTOMERS, ORDERS, TASKS, REFERRALS, REWARDS, LEADS, DEALS, CASES)}
