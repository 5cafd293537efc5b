"""Pages for staff: server-rendered templates with htmx, on one shell.

How to add a page
-----------------
1. A view in `views/<subject>.py`, guarded and named at the bottom of the file::

       @staff("campaigns:read", post="campaigns:write")
       def campaign(request, campaign_id): ...

       urls = [path("campaigns/<uuid:campaign_id>/", campaign, name="campaign")]

   `urls.py` collects the `urls` of every file in its table. `@staff` sends strangers to the
   sign-in page, lets people choose an organisation, answers 403 where the role is too small,
   sets language and time zone, turns NotFound and DoesNotExist into 404, and any other
   DomainError that reaches it into a red toast on the page the person came from, with
   nothing committed.
2. A template that extends `dashboard/base.html` and fills `title`, `header`, `content`.
3. Its entry in `navigation.py`, when it belongs there. Entries and palette pages whose address
   does not exist (yet) or whose permission the role lacks are not shown.

Views read through `queries` (or join models), write through `operations`; they never save a row.

What is there to use
--------------------
`access.py`     `@staff(permission, post=permission)`; `may(request, permission)`
`answers.py`    `page(request, template, context, form=None)` (a refused form answers 422);
                `listing(request, page=…, rows=…, **context)` (only rows for htmx);
                `done(request, message, to, *args)` (toast, then redirect; also for htmx);
                `csv_file(name, lines)` with `integrations.exports.export(...)`;
                `with blamed_on(form):` puts a DomainError on the field it names, nothing kept
`paging.py`     `newest_first(request, queryset, by="placed_at")` -> Page(rows, next_link)
`forms.py`      `FilterForm` (GET, ignores nonsense), `MoneyField(currency)`, `choices_with_any(…)`

Templates: `{% load dashboard %}`
  filters  `minor|money:currency`  `n|points`  `n|number`  `share|percent` (0.25 -> 25 %)  `value|amount:unit`
           `moment|when`  `moment|day`  `moment|ago`  `name|initials`  `names|in_language` ({"zh-hans","en"})
           `state|tone` (colour of a state's badge)  `dict|get:key`
  tags     `{% field form.name %}`  `{% fields form %}`  `{% badge state label %}`  `{% icon "gift" %}`
           `{% tile label value note=… icon=… link=… %}`  `{% empty icon title text action_label action_link %}`
           `{% chart "line" data title=… %}` (data: see static/dashboard/charts.js)  `{% entry icon=… title=… at=… text=… %}`
           `{% button_post "dashboard:pause" campaign.id label=… icon=… confirm=… %}`  (a form with one button)
  blocks   `dashboard/base.html`: title, header (usually `{% include "dashboard/parts/header.html" with title=… %}`),
           content, scripts (chart pages: `{% charts_scripts %}`)
  `may`    `{% if may.campaigns.write %}`: hide what the role may not do
  parts/   header.html, filters.html (form=filters), more.html (page=page, columns=n), modal.html, tabs.html
JavaScript: `static/dashboard/app.js` only; behaviour hangs on data attributes (`data-confirm`, `data-copy`,
`data-open-modal`, `data-chart`, `data-submit-on-change`). No inline handlers, no inline scripts.
"""
