// Lines of a deal, stages of a pipeline. The board is board.js.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  // --- lines of a deal -------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-deal-line-remove]");
    if (!remove) return;
    const line = remove.closest("[data-line]");
    $$("input:not([type=hidden]), select", line).forEach((field) => { field.value = field.name.endsWith("-quantity") ? "1" : ""; });
    line.hidden = true;
  });

  // --- stages of a pipeline -----------------------------------------------------------------------
  const stages = $("[data-stages]");
  if (stages && window.Sortable) {
    window.Sortable.create(stages, { handle: "[data-drag]", draggable: "[data-movable]", animation: 120, onEnd: () => {
      const ids = $$("[data-movable]", stages).map((row) => row.dataset.id);
      window.htmx.ajax("POST", stages.dataset.stages, { source: stages, swap: "none", values: { ids } });
    } });
  }
})();
