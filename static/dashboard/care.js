"use strict";
// Contacts left out of a plan, tasks moved in the calendar by mouse or key.
(() => {
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  // --- a contact of a plan is left out by taking its title away ---------------------------------------
  document.addEventListener("click", (event) => {
    const line = event.target.closest("[data-step-remove]")?.closest("[data-line]");
    if (!line) return;
    line.querySelector("[name$=title]").value = "";
    line.hidden = true;
  });

  // --- the calendar -----------------------------------------------------------------------------------
  const calendar = document.querySelector("[data-calendar][data-may-move]");
  if (!calendar) return;
  let dragged = null;

  async function move(task, day) {
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    const answer = await fetch(task.dataset.move, {
      method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" }, body: new URLSearchParams({ day }),
    });
    if (answer.ok) location.reload();
  }

  calendar.addEventListener("dragstart", (event) => { dragged = event.target.closest("[data-move]"); });
  calendar.addEventListener("dragover", (event) => {
    const cell = event.target.closest("td");
    if (!dragged || !cell) return;
    event.preventDefault();
    $$(".is-over", calendar).forEach((each) => each.classList.toggle("is-over", each === cell));
    cell.classList.add("is-over");
  });
  calendar.addEventListener("drop", (event) => {
    const cell = event.target.closest("td");
    if (!dragged || !cell) return;
    event.preventDefault();
    if (cell !== dragged.closest("td")) move(dragged, cell.dataset.day);
    dragged = null;
  });
  calendar.addEventListener("dragend", () => $$(".is-over", calendar).forEach((each) => each.classList.remove("is-over")));

  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  calendar.addEventListener("keydown", (event) => {
    const task = event.target.closest("[data-move]");
    if (!task || !event.altKey || !(event.key in STEPS)) return;
    event.preventDefault();
    const day = new Date(`${task.closest("td").dataset.day}T12:00:00Z`);
    day.setUTCDate(day.getUTCDate() + STEPS[event.key]);
    move(task, day.toISOString().slice(0, 10));
  });
})();
