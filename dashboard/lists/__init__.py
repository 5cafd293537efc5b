"""Lists that fly: one machinery, one declaration a list (`customers.py`, `orders.py` …).

A list says its columns, orders, filters, what can be changed where it stands and what can be done to many rows;
search, keyset pages in every order, views, columns, editing, selection, work, files and the side panel come from here.

How to add a list
-----------------
1. `dashboard/lists/<name>.py` declares a `shape.List`; `registry.py` names it.
2. Its page is `views/lists.py`'s: address `<name>/`, and below it `cells`, `peek`, `work`, `count`, `export`, `columns`,
   `views`. A page with more of its own (a form above) calls `showing.show(LIST, request, …)` itself.
3. Every order needs an index that begins with it and ends with the id: (organisation, field, id).

The address holds everything: `q`, the filters by name, `where` (conditions as JSON), `sort` (`-created`), `cols`,
`density`, `after`/`before`, `saved` (the view it came from). A saved view keeps the same query string.
"""
