// The customer's page: names of colleagues are offered after an @. Without it one types the name.
(() => {
  "use strict";
  const source = document.getElementById("mention-names");
  const box = document.querySelector("[data-composer] .mention-box");
  if (!source || !box) return;
  const names = JSON.parse(source.textContent);
  const area = box.querySelector("textarea");
  const list = box.querySelector(".mention-list");
  list.id = "mention-list";
  area.setAttribute("aria-controls", list.id);
  area.setAttribute("aria-autocomplete", "list");

  const begun = () => area.value.slice(0, area.selectionStart).match(/[@＠]([^@＠\n]{0,40})$/);
  const options = () => [...list.children];
  const chosen = () => options().findIndex((each) => each.getAttribute("aria-selected") === "true");

  function close() {
    list.hidden = true;
    list.replaceChildren();
    area.removeAttribute("aria-activedescendant");
  }

  function mark(at) {
    options().forEach((each, place) => each.setAttribute("aria-selected", String(place === at)));
    area.setAttribute("aria-activedescendant", options()[at].id);
  }

  function offer() {
    const typed = begun();
    const wanted = typed ? typed[1].toLowerCase() : null;
    const found = wanted === null ? [] : names.filter((name) => name.toLowerCase().includes(wanted)).slice(0, 6);
    if (!found.length) return close();
    list.replaceChildren(...found.map((name, place) => {
      const line = document.createElement("li");
      line.id = `mention-${place}`;
      line.setAttribute("role", "option");
      line.textContent = name;
      return line;
    }));
    list.hidden = false;
    mark(0);
  }

  function take(name) {
    const typed = begun();
    if (!typed) return close();
    const start = area.selectionStart - typed[0].length;
    area.setRangeText(`@${name} `, start, area.selectionStart, "end");
    close();
    area.focus();
  }

  area.addEventListener("input", offer);
  area.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const line = event.target.closest("li");
    if (line) take(line.textContent);
  });
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark((chosen() + step + options().length) % options().length);
    } else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      take(options()[chosen()].textContent);
    } else if (event.key === "Escape") {
      close();
    }
  });
})();
