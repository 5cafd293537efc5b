// The editor of landing pages: blocks are moved by hand, a draft is kept while one types, and the phone shows it.
(() => {
  "use strict";
  const form = document.getElementById("landing-editor");
  if (!form) return;
  const list = document.getElementById("blocks");
  const draft = window.keptDraft(form);
  let dragged = null;

  const blocks = () => [...list.querySelectorAll("[data-block]")];

  function settle() {
    blocks().forEach((block, place, all) => {
      block.querySelector("[data-up]").disabled = place === 0;
      block.querySelector("[data-down]").disabled = place === all.length - 1;
      block.querySelector("[data-grip]").hidden = false;
    });
  }

  function shift(block, way) {
    const all = blocks();
    const other = all[all.indexOf(block) + way];
    if (!other) return;
    if (way < 0) other.before(block); else other.after(block);
    changed();
    block.querySelector(way < 0 ? "[data-up]" : "[data-down]").focus();
  }

  function changed() {
    settle();
    draft.keepSoon();
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload]") && event.target.files.length) { draft.leave(); form.submit(); }
  });
  form.addEventListener("click", (event) => {
    const block = event.target.closest("[data-block]");
    const up = event.target.closest("[data-up]");
    const down = event.target.closest("[data-down]");
    if (!block || (!up && !down)) return;
    event.preventDefault();
    shift(block, up ? -1 : 1);
  });

  // Dragged by the grip only, so that text in the fields can still be selected.
  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (grip) grip.closest("[data-block]").draggable = true;
  });
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-block]");
    dragged?.classList.add("is-dragged");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-block]");
    if (!dragged || !over) return;
    event.preventDefault();
    for (const block of blocks()) block.classList.toggle("is-target", block === over && over !== dragged);
  });
  list.addEventListener("drop", (event) => {
    const over = event.target.closest("[data-block]");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const all = blocks();
    if (all.indexOf(dragged) < all.indexOf(over)) over.after(dragged); else over.before(dragged);
    changed();
  });
  list.addEventListener("dragend", () => {
    for (const block of blocks()) { block.classList.remove("is-dragged", "is-target"); block.draggable = false; }
    dragged = null;
  });
  settle();
})();
