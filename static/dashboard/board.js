// A board of cards in columns: drag, keys, dialogues. Deals and cases have one each; what a move needs, the server asks.
//
// [data-board] holds [data-column]s; in each, [data-cards] holds [data-card]s with data-move (where a move is posted to)
// and data-version (what is seen now), and perhaps data-reach (the columns to which a step leads). With data-ordered the server alone says the order within a column.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  const board = $("[data-board]");
  const dialogBox = $("#board-dialog");
  if (!board || !dialogBox) return;
  const dialog = () => window.tabler.Modal.getOrCreateInstance(dialogBox);
  let pending = null;  // the move that a dialogue asks about: {card, from}
  let isBusy = false;

  const say = (text) => { $("#board-said").textContent = text; };
  const toast = (text, tone) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }));
  const cardOf = (id) => document.getElementById(`card-${id}`);
  const isOrdered = board.dataset.ordered !== undefined;
  const column = (id) => document.getElementById(`column-${id}`);
  const columns = () => $$("[data-column]", board);

  // Not by htmx.ajax: that is done before the new column stands in the page, and the card in it is to be focused.
  async function refresh(id) {
    const old = column(id);
    if (!old) return;
    const link = new URL(old.dataset.link, location.href);
    link.searchParams.set("shown", Math.max($$("[data-card]", old).length, 1));
    const answer = await fetch(link, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    const box = document.createElement("template");
    box.innerHTML = await answer.text();
    const fresh = box.content.firstElementChild;
    $$("[data-colour]", fresh).forEach((element) => element.style.setProperty("--colour", element.dataset.colour));
    column(id)?.replaceWith(fresh);
    window.htmx.process(fresh);
    $$("[data-cards]", fresh).forEach(sortable);
  }

  const refreshAll = (ids) => Promise.all([...new Set(ids.filter(Boolean))].map(refresh));

  async function send(address, body) {
    const headers = { "HX-Request": "true", "X-CSRFToken": csrf() };
    const answer = await fetch(address, body ? { method: "POST", headers, body } : { headers });
    return { status: answer.status, text: await answer.text(), trigger: answer.headers.get("HX-Trigger") };
  }

  // What came of a move: done, to be asked, or refused. Whatever it was, the columns show what is true.
  async function settle(answer, move) {
    if (answer.status === 422 || (answer.status === 200 && answer.text.trimStart().startsWith("<"))) return ask(answer.text, move);
    const done = answer.status === 200 ? JSON.parse(answer.text) : null;
    pending = null;
    dialog().hide();
    await refreshAll([move.from, move.to, done?.stage]);
    if (done) {
      say(place(done) || done.said);
      $(".board-title", cardOf(done.card) || document)?.focus();
      return;
    }
    const told = answer.trigger ? JSON.parse(answer.trigger).toast?.text : "";
    toast(told || board.dataset.saidFailed, "danger");
    say(told || board.dataset.saidFailed);
  }

  function place({ card, said }) {
    const found = cardOf(card);
    if (!found) return said;
    const list = $$("[data-card]", found.parentElement);
    return `${said} ${list.indexOf(found) + 1} / ${$(".tab-count", found.closest("[data-column]")).textContent}`;
  }

  function ask(html, move) {
    pending = move;
    $(".modal-content", dialogBox).innerHTML = html;
    dialog().show();
    $(".modal-content select, .modal-content textarea, .modal-content input:not([type=hidden])", dialogBox)?.focus();
  }

  async function move(element, to, after) {
    if (isBusy) return;
    isBusy = true;
    element.classList.add("is-moving");
    const body = new FormData();
    body.set("stage", to);
    body.set("version", element.dataset.version);
    if (after && !isOrdered) body.set("after", after);
    const about = { card: element.dataset.card, from: element.dataset.from || element.closest("[data-column]").dataset.column, to };
    delete element.dataset.from;
    try {
      await settle(await send(element.dataset.move, body), about);
    } catch {
      toast(board.dataset.saidFailed, "danger");
      await refreshAll([about.from, about.to]);
    } finally {
      isBusy = false;
    }
  }

  dialogBox.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-move-form]");
    if (!form) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    const about = { ...pending, to: body.get("stage") };
    const answer = await send(form.action, body);
    await settle(answer, about);
  });
  dialogBox.addEventListener("shown.bs.modal", () => $(".modal-content select, .modal-content textarea, .modal-content input:not([type=hidden])", dialogBox)?.focus());
  dialogBox.addEventListener("hidden.bs.modal", async () => {
    if (!pending) return;
    const { card, from, to } = pending;
    pending = null;
    await refreshAll([from, to]);
    $(".board-title", cardOf(card) || document)?.focus();
  });

  board.addEventListener("click", async (event) => {
    const menu = event.target.closest("[data-move-menu]");
    if (!menu || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const element = menu.closest("[data-card]");
    const from = element.closest("[data-column]").dataset.column;
    ask((await send(menu.getAttribute("href"))).text, { card: element.dataset.card, from, to: null });
  });

  // --- by hand
  function sortable(list) {
    if (!window.Sortable || window.Sortable.get(list)) return;
    window.Sortable.create(list, {
      group: "board", sort: !isOrdered, draggable: "[data-card]", animation: 120, delay: 180, delayOnTouchOnly: true, emptyInsertThreshold: 60,
      onEnd: ({ item, from, to, oldDraggableIndex, newDraggableIndex }) => {
        if (from === to && oldDraggableIndex === newDraggableIndex) return;
        item.dataset.from = from.dataset.cards;
        let above = item.previousElementSibling;
        while (above && !above.dataset.card) above = above.previousElementSibling;
        move(item, to.dataset.cards, above?.dataset.card);
      },
    });
  }
  const prepare = () => $$("[data-cards]", board).forEach(sortable);
  prepare();
  document.addEventListener("htmx:load", prepare);

  // --- by keys
  const steps = {
    "[": (element) => sideways(element, -1), "]": (element) => sideways(element, 1),
    ArrowLeft: (element) => look(element, -1), ArrowRight: (element) => look(element, 1),
    ArrowUp: (element) => near(element, -1), ArrowDown: (element) => near(element, 1),
  };

  function sideways(element, step) {
    const all = columns();
    const reach = element.dataset.reach?.split(" ");
    let at = all.indexOf(element.closest("[data-column]")) + step;
    while (all[at] && reach && !reach.includes(all[at].dataset.column)) at += step;
    const next = all[at];
    if (next) move(element, next.dataset.column, null);
  }

  function look(element, step) {
    const all = columns();
    for (let at = all.indexOf(element.closest("[data-column]")) + step; all[at]; at += step) {
      const title = $(".board-title", all[at]);
      if (title) return title.focus();
    }
  }

  function near(element, step) {
    const list = $$("[data-card]", element.parentElement);
    $(".board-title", list[list.indexOf(element) + step] || element).focus();
  }

  function shift(element, step) {
    if (isOrdered) return;
    const list = $$("[data-card]", element.parentElement);
    const at = list.indexOf(element);
    if (!list[at + step]) return;
    const after = step > 0 ? list[at + 1] : list[at - 2];
    move(element, element.closest("[data-column]").dataset.column, after?.dataset.card);
  }

  board.addEventListener("keydown", (event) => {
    const element = event.target.closest("[data-card]");
    if (!element || event.ctrlKey || event.metaKey) return;
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      shift(element, event.key === "ArrowUp" ? -1 : 1);
    } else if (!event.altKey && steps[event.key]) {
      event.preventDefault();
      steps[event.key](element);
    }
  });
})();
