"""Columns to fields: guessed in two languages, contradictions refused."""

import pytest

from integrations import mapping
from integrations.errors import ColumnsCollide, ColumnUnknown, FieldMissing, FieldUnknown, IdentityMissing


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        ("customers", ["姓名", "手机号码", "邮箱", "城市"],
         {"name": "姓名", "phone": "手机号码", "email": "邮箱", "city": "城市"}),
        ("customers", ["Full Name", "Mobile (required)", "E-mail", "Customer ID"],
         {"name": "Full Name", "phone": "Mobile (required)", "email": "E-mail", "external_id": "Customer ID"}),
        ("orders", ["订单编号", "实付金额", "下单时间", "手机", "状态"],
         {"order_id": "订单编号", "total": "实付金额", "placed_at": "下单时间", "customer_phone": "手机", "status": "状态"}),
        ("orders", ["Order No.", "Total", "Date", "Customer"],
         {"order_id": "Order No.", "total": "Total", "placed_at": "Date", "customer_name": "Customer"}),
        ("purchases",
         ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"],
         {"invoice": "InvoiceNo", "sku": "StockCode", "product": "Description", "quantity": "Quantity",
          "placed_at": "InvoiceDate", "unit_price": "UnitPrice", "customer_id": "CustomerID", "province": "Country"}),
    ],
)  # fmt: skip
def test_guess(kind, columns, expected):
    assert mapping.guess(kind, columns) == expected


def test_the_error_column_of_an_error_file_is_no_field():
    assert mapping.guess("customers", ["姓名", "手机", "错误", "Error"]) == {"name": "姓名", "phone": "手机"}


COLUMNS = ["A", "B", "C"]


def test_both_directions_are_understood():
    assert mapping.settle("customers", COLUMNS, {"A": "name", "B": "phone", "C": ""}) == {"name": "A", "phone": "B"}
    assert mapping.settle("customers", COLUMNS, {"name": "A", "phone": "B"}) == {"name": "A", "phone": "B"}


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"A": "name", "B": "phone", "C": "phone"}, ColumnsCollide),
        ({"B": "phone"}, FieldMissing),
        ({"A": "name", "B": "city"}, IdentityMissing),
        ({"A": "name", "Z": "phone"}, ColumnUnknown),
        ({"A": "name", "B": "shoe_size"}, FieldUnknown),
    ],
)
def test_contradictions_are_refused(told, error):
    with pytest.raises(error):
        mapping.settle("customers", COLUMNS, told)
