// Lists: selection, changing values where they stand, the side panel, columns. Addresses and words come from the page.
(() => {
  "use strict";
  const list = document.querySelector("[data-list]");
  if (!list) return;
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const words = $("#list-words").dataset;
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const say = (text, tone = "green") => document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }));
  const rows = () => $$("tr[data-row]", list);
  const chosenRow = () => $("tr.is-chosen", list);
  const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  // --- asking the server ------------------------------------------------------------------------
  async function ask(address, body) {
    const options = { headers: { "HX-Request": "true", "HX-Current-URL": location.href, "X-CSRFToken": token } };
    if (body) Object.assign(options, { method: "POST", body });
    const answer = await fetch(address, options).catch(() => null);
    if (!answer) { say($("#toasts").dataset.offline, "danger"); return null; }
    const told = answer.headers.get("HX-Trigger");
    if (told) for (const [name, detail] of Object.entries(JSON.parse(told))) document.dispatchEvent(new CustomEvent(name, { detail }));
    const leave = answer.headers.get("HX-Redirect");
    if (leave) location.assign(leave);
    return answer.ok && !leave ? answer : null;
  }

  // --- how many there are --------------------------------------------------------------------------
  const counter = $("#list-count");
  let matching = "";

  async function count() {
    if (!counter) return;
    const answer = await ask(counter.dataset.count + location.search);
    if (!answer) return;
    counter.innerHTML = await answer.text();
    matching = counter.firstElementChild.dataset.shown;
    sayChosen();
  }

  // --- selection -------------------------------------------------------------------------------------
  const bar = $("#list-bar");
  const chosen = new Map();  // id -> its name; kept while more rows are loaded
  let areAll = false;
  let last = null;

  function tick(row, is) {
    const box = $("[data-tick]", row);
    if (!box) return;
    box.checked = is;
    row.classList.toggle("is-ticked", is);
    if (is) chosen.set(row.dataset.row, true); else chosen.delete(row.dataset.row);
  }

  function tickTo(box, isRange) {
    const all = rows(), here = box.closest("tr"), is = box.checked;
    areAll = false;
    if (isRange && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(here)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((row) => tick(row, is));
    } else tick(here, is);
    last = here;
    sayChosen();
  }

  function tickPage(is) {
    areAll = false;
    rows().forEach((row) => tick(row, is));
    sayChosen();
  }

  function untick() {
    areAll = false;
    chosen.clear();
    rows().forEach((row) => tick(row, false));
    sayChosen();
  }

  function saidOf() {
    const said = $(".list-bar-said", bar).dataset;
    if (areAll) return said.saidAll.replace("{n}", matching);
    return chosen.size === 1 ? said.saidOne : said.saidMany.replace("{n}", chosen.size);
  }

  function sayChosen() {
    if (!bar) return;
    const isWhole = rows().length > 0 && rows().every((row) => chosen.has(row.dataset.row));
    const page = $("[data-tick-page]", list);
    page.checked = isWhole;
    page.indeterminate = !isWhole && chosen.size > 0;
    bar.hidden = chosen.size === 0;
    $(".list-bar-said", bar).textContent = saidOf();
    offerPair($("[data-pair]", bar));
    const all = $("[data-tick-all]", bar);
    all.hidden = areAll || !isWhole || !matching || matching === String(chosen.size);
    all.textContent = all.dataset.label.replace("{n}", matching);
  }

  // Of two that are ticked the lower one, which was there before, is kept.
  function offerPair(link) {
    if (!link) return;
    const [later, earlier] = rows().map((row) => row.dataset.row).filter((id) => chosen.has(id));
    link.hidden = areAll || chosen.size !== 2 || !earlier;
    const [kept, gone] = link.dataset.pair.match(/0{8}-0{4}-0{4}-0{4}-0{11}[12]/g);
    if (!link.hidden) link.href = link.dataset.pair.replace(kept, earlier).replace(gone, later);
  }

  // A dialog about the selection is told what it is when it opens.
  function fillSelection(dialog) {
    const form = $("form[data-selection]", dialog);
    if (!form) return;
    form.elements.ids.value = areAll ? "" : [...chosen.keys()].join(",");
    form.elements.all.value = areAll ? "1" : "";
    form.elements.query.value = areAll ? location.search : "";
    $("[data-selected]", form).textContent = saidOf();
  }

  // --- dialogs ----------------------------------------------------------------------------------------
  const place = $("#list-dialog-place");

  async function openDialog(address) {
    const answer = await ask(address + location.search);
    if (!answer) return;
    window.tabler.Modal.getInstance($("#list-dialog"))?.dispose();
    $$(".modal-backdrop").forEach((each) => each.remove());
    place.innerHTML = await answer.text();
    window.htmx.process(place);
    place.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: place } }));
    fillSelection(place);
  }

  place.addEventListener("htmx:beforeSwap", () => {
    window.tabler.Modal.getInstance($("#list-dialog"))?.dispose();
    $$(".modal-backdrop").forEach((each) => each.remove());
  });
  place.addEventListener("htmx:afterSwap", () => fillSelection(place));

  place.addEventListener("click", (event) => {
    const item = event.target.closest("[data-column]");
    if (item && event.target.closest("[data-up]")) item.previousElementSibling?.before(item);
    if (item && event.target.closest("[data-down]")) item.nextElementSibling?.after(item);
    if (item) event.target.closest("button")?.focus();
  });

  // --- one value -----------------------------------------------------------------------------------------
  let editing = null;  // { cell, html }

  async function edit(cell) {
    if (!cell?.dataset.cell || editing) return;
    editing = { cell, html: cell.innerHTML };
    const answer = await ask(cell.dataset.cell);
    if (!answer) { editing = null; return; }
    cell.innerHTML = await answer.text();
    const control = $("[name=value]", cell);
    control.focus();
    control.select?.();
  }

  function leave(isBackToCell = true) {
    if (!editing) return;
    const { cell, html } = editing;
    editing = null;
    cell.innerHTML = html;
    if (isBackToCell) $(".list-edit", cell)?.focus({ preventScroll: true });
  }

  async function save(form) {
    const { cell } = editing;
    const value = form.elements.value.value, before = form.dataset.before;
    leave();
    if (value !== before && value !== before.slice(0, 16)) await write(cell, before, value, false);
  }

  async function write(cell, before, value, isUndo) {
    const body = new FormData();
    body.set("before", before);
    body.set("value", value);
    const answer = await ask(cell.dataset.cell, body);
    if (!answer) return;
    const told = await answer.json();
    const now = $(`[data-cell="${cell.dataset.cell}"]`) || cell;
    $(".list-value", now).innerHTML = told.html;
    now.classList.add("is-new");
    setTimeout(() => now.classList.remove("is-new"), 1500);
    if (isUndo) say(words.undone); else offerUndo(now, told);
    sumUp();
  }

  // What all rows come to is another sum when one of them has changed.
  async function sumUp() {
    const old = $$("tr.sum-row", list);
    const answer = old.length ? await ask(location.pathname + location.search) : null;
    if (!answer) return;
    const fresh = document.createElement("tbody");
    fresh.innerHTML = await answer.text();
    old[0].before(...$$("tr.sum-row", fresh));
    old.forEach((each) => each.remove());
  }

  function offerUndo(cell, told) {
    say(told.said);
    const note = $("#toasts").lastElementChild;
    const undo = document.createElement("button");
    undo.type = "button";
    undo.className = "btn btn-sm btn-ghost-primary";
    undo.textContent = words.undo;
    undo.dataset.undo = "";
    undo.addEventListener("click", () => { note.remove(); write(cell, told.value, told.before, true); });
    note.querySelector("span").after(undo);
  }

  list.addEventListener("submit", (event) => {
    if (!event.target.matches(".list-editor")) return;
    event.preventDefault();
    event.stopPropagation();
    save(event.target);
  }, true);
  list.addEventListener("change", (event) => {
    if (event.target.matches(".list-editor select")) save(event.target.form);
  });
  list.addEventListener("focusout", (event) => {
    if (!editing || !event.target.closest(".list-editor") || editing.cell.contains(event.relatedTarget)) return;
    const { cell } = editing;
    setTimeout(() => { if (editing?.cell === cell && !cell.contains(document.activeElement)) leave(false); });
  });

  // --- the side panel ---------------------------------------------------------------------------------------
  const panel = $("#list-panel");
  let peeked = null;

  async function peek(button) {
    const answer = await ask(button.dataset.peek);
    if (!answer) return;
    peeked = button;
    $("#list-panel-body").innerHTML = await answer.text();
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: panel } }));
    $$("[data-colour]", panel).forEach((each) => each.style.setProperty("--colour", each.dataset.colour));
    window.tabler.Offcanvas.getOrCreateInstance(panel).show();
  }
  panel.addEventListener("shown.bs.offcanvas", () => $(".btn-close", panel)?.focus({ preventScroll: true }));
  panel.addEventListener("hidden.bs.offcanvas", () => peeked?.focus({ preventScroll: true }));

  // --- clicks and keys -------------------------------------------------------------------------------------------
  let isShift = false;
  document.addEventListener("click", (event) => {
    const target = event.target;
    isShift = event.shiftKey;
    const asks = target.closest("[data-ask]");
    if (asks) openDialog(asks.dataset.ask);
    const looks = target.closest("[data-peek]");
    if (looks) peek(looks);
    if (target.closest(".list-edit")) edit(target.closest("[data-cell]"));
    if (target.closest("[data-untick]")) untick();
    if (target.closest("[data-tick-all]")) { areAll = true; sayChosen(); }
    const file = target.closest("[data-file]");
    if (file) file.search = `${location.search ? `${location.search}&` : "?"}${file.dataset.file}`;
    if (target.matches("[data-tick]")) tickTo(target, isShift);
    if (target.matches("[data-tick-page]")) tickPage(target.checked);
  });
  list.addEventListener("dblclick", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell && !event.target.closest("a, button, input, form")) { event.preventDefault(); edit(cell); }
  });

  const keys = {
    x: (row) => { const box = $("[data-tick]", row); box.checked = !box.checked; tickTo(box, false); },
    X: (row) => { const box = $("[data-tick]", row); box.checked = true; tickTo(box, true); },
    o: (row) => peek($("[data-peek]", row)),
    e: (row) => edit($("[data-cell]", row)),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && editing) {
      event.stopPropagation();
      leave();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || $(".modal.show")) return;
    if (event.key === "Escape" && panel.classList.contains("show")) { window.tabler.Offcanvas.getInstance(panel).hide(); return; }
    if (event.key === "Escape" && chosen.size) { untick(); return; }
    const row = event.target.closest?.("tr[data-row]") || chosenRow();
    if (!row || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key](row);
  }, true);

  // --- rows that come and go -----------------------------------------------------------------------------------------
  const isOfSelection = (name) => !["after", "before", "sort", "cols", "density", "saved"].includes(name);
  const which = () => [...new URLSearchParams(location.search)].filter(([name]) => isOfSelection(name)).join("&");
  let shown = which();

  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.target.closest?.("[data-list]")) return;
    rows().forEach((row) => { if (chosen.has(row.dataset.row)) tick(row, true); });
    sayChosen();
  });
  document.addEventListener("htmx:pushedIntoHistory", () => {
    if (which() === shown) return;
    shown = which();
    untick();
    count();
  });
  count();
})();
