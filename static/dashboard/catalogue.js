// The catalogue's order on the page, choosing on the delivery board, printing.
(() => {
  "use strict";
  const rows = document.querySelector("[data-sortable]");

  function keepOrder() {
    const ids = [...rows.children].map((row) => row.dataset.id);
    window.htmx.ajax("POST", rows.dataset.sortable, { source: rows, swap: "none", values: { ids } });
  }

  if (rows && window.Sortable) window.Sortable.create(rows, { handle: "[data-drag]", animation: 120, onEnd: keepOrder });

  const count = document.querySelector("[data-chosen-count]");

  function tell() {
    if (!count) return;
    const chosen = document.querySelectorAll("[name=ids]:checked").length;
    count.textContent = chosen ? `${count.dataset.some} ${chosen}` : count.dataset.none;
    document.querySelectorAll(".bulk button").forEach((button) => {
      button.disabled = !chosen;
      button.dataset.off = "";
    });
  }

  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-check-all]");
    if (all) {
      const column = all.closest(".board-column");
      column.querySelectorAll("[name=ids]").forEach((box) => { box.checked = all.checked; });
    }
    tell();
  });
  addEventListener("pageshow", tell);

  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => print()));
})();
