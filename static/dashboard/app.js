// Behaviour of the staff pages. It hangs on data attributes; pages work without it where that is possible.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const modal = (id) => window.tabler?.Modal.getOrCreateInstance(document.getElementById(id));
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

  // --- toasts ---------------------------------------------------------------------------------
  const toasts = $("#toasts");

  function leaveLater(note) {
    const isBad = note.classList.contains("tone-red");
    if (!isBad) setTimeout(() => note.remove(), 6000);
  }

  function toast(text, tone = "green") {
    if (!toasts) return;
    const note = document.createElement("div");
    note.className = `toast-note tone-${tone === "danger" ? "red" : tone}`;
    const icon = document.createElement("i");
    icon.className = `ti ti-${tone === "danger" ? "alert-circle" : "circle-check"}`;
    icon.setAttribute("aria-hidden", "true");
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.setAttribute("aria-label", toasts.dataset.close);
    note.append(icon, words, close);
    toasts.append(note);
    leaveLater(note);
  }

  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.tone));
  document.addEventListener("htmx:sendError", () => toast(toasts.dataset.offline, "danger"));
  document.addEventListener("htmx:responseError", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Trigger")) toast(toasts.dataset.offline, "danger");
  });

  // --- paper ------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  // --- lines of a form that may be more ------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const lines = event.target.closest("[data-lines]");
    if (lines && event.target.closest("[data-line-add]")) addLine(lines);
    if (event.target.closest("[data-line-remove]")) leaveOut(event.target.closest("[data-line]"));
  });

  function addLine(lines) {
    const total = $(`[name="${lines.dataset.lines}-TOTAL_FORMS"]`, lines);
    if (Number(total.value) >= Number($(`[name="${lines.dataset.lines}-MAX_NUM_FORMS"]`, lines).value)) return;
    const line = document.createElement("div");
    line.innerHTML = $("[data-line-blank]", lines).innerHTML.replaceAll("__prefix__", total.value);
    total.value = Number(total.value) + 1;
    $("[data-line-blank]", lines).before(line.firstElementChild);
    $$("[data-line]", lines).at(-1).querySelector("select").focus();
  }

  function leaveOut(line) {
    const kind = $(".line-kind select", line);
    kind.value = "";
    line.hidden = true;
    kind.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // --- confirmations ----------------------------------------------------------------------------
  let asked = null;  // the form in question, and its button
  let agreed = null;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form === agreed || !window.tabler) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    asked = { form, submitter: event.submitter };
    $("#confirm-text").textContent = form.dataset.confirm;
    const yes = $("#confirm-yes");
    yes.textContent = form.dataset.confirmYes;
    yes.className = `btn btn-${form.dataset.confirmTone || "primary"}`;
    modal("confirm").show();
  }, true);

  $("#confirm-yes")?.addEventListener("click", () => {
    agreed = asked.form;
    modal("confirm").hide();
    agreed.requestSubmit(asked.submitter);
  });

  // A form is sent once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    setTimeout(() => $$("button:not([type=button])", form).forEach((button) => { button.disabled = true; }));
  });
  addEventListener("pageshow", () => $$("form button:disabled:not([data-off])").forEach((button) => { button.disabled = false; }));

  // --- clicks ---------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.closest(".toast-note .btn-close")) target.closest(".toast-note").remove();
    if (target.closest("[data-palette]")) openPalette();
    if (target.closest("[data-help]")) modal("help").show();
    if (target.closest("[data-fold-side]")) foldSide();
    const copy = target.closest("[data-copy], [data-copy-text]");
    if (copy) copyText(copy);
    const pick = target.closest("[data-choose]");
    if (pick) chooseCustomer(pick);
    const opener = target.closest("[data-fill]");
    if (opener) for (const [id, value] of new URLSearchParams(opener.dataset.fill)) $(`#${id}`).value = value;
    const filler = target.closest("[data-fill-email]");
    if (filler) signInAs(filler);
    const row = target.closest("tr[data-href]");
    if (row && !target.closest("a, button, input, select, label, form, summary, .list-tick")) openRow(event, row);
  });

  // A row opens at a click, but not at the first half of a double one, which changes a value.
  let opening = null;

  function openRow(event, row) {
    clearTimeout(opening);
    if (!event.target.closest("[data-cell]")) location.assign(row.dataset.href);
    else if (event.detail === 1) opening = setTimeout(() => location.assign(row.dataset.href), 260);
  }

  document.addEventListener("dblclick", () => {
    clearTimeout(opening);
  });

  async function copyText(button) {
    const source = button.dataset.copy ? document.getElementById(button.dataset.copy) : null;
    const text = button.dataset.copyText || source?.value || source?.textContent || "";
    try {
      await navigator.clipboard.writeText(text.trim());
    } catch {  // not a secure context: a demo looked at from a phone in the same network
      const field = document.createElement("textarea");
      field.value = text.trim();
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    toast(toasts.dataset.copied);
  }

  function chooseCustomer({ dataset }) {
    $("#id_customer").value = dataset.choose;
    $("[data-chosen-name]").textContent = dataset.chooseName;
    $("#chosen-customer").hidden = false;
    $("#find-customer").value = "";
    $("#found-customers").replaceChildren();
  }

  function signInAs({ dataset }) {
    $("[name=email]").value = dataset.fillEmail;
    $("[name=password]").value = dataset.fillPassword;
    $("[name=password]").form.requestSubmit();
  }

  function foldSide() {
    const root = document.documentElement;
    const folds = root.dataset.side !== "folded";
    if (folds) root.dataset.side = "folded"; else delete root.dataset.side;
    localStorage.setItem("yj-side", folds ? "folded" : "open");
  }

  // Sections of the side bar stay as one left them; the one in use is always open.
  const sections = JSON.parse(localStorage.getItem("yj-sections") || "{}");
  $$("[data-side-section]").forEach((section) => {
    const key = $("summary", section).title;
    if (sections[key] && !section.open) section.open = true;
    $("summary", section).addEventListener("click", () => {
      sections[key] = !section.open;  // the click has not turned it yet
      localStorage.setItem("yj-sections", JSON.stringify(sections));
    });
  });
  $(".side-nav [aria-current]")?.scrollIntoView({ block: "nearest" });
  $(".way [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // The theme changes at once; the server keeps it in the background.
  document.addEventListener("submit", async (event) => {
    const button = event.submitter?.closest("[data-set-theme]");
    if (!button) return;
    event.preventDefault();
    const root = document.documentElement;
    root.dataset.theme = button.dataset.setTheme;
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.bsTheme = root.dataset.theme === "auto" ? (isDark ? "dark" : "light") : root.dataset.theme;
    $$("[data-set-theme]").forEach((each) => each.toggleAttribute("aria-pressed", false));
    button.setAttribute("aria-pressed", "true");
    document.dispatchEvent(new Event("theme"));
    const body = new FormData(event.target);
    body.set("theme", root.dataset.theme);
    await fetch(event.target.action, { method: "POST", body, headers: { "HX-Request": "true" } });
  }, true);

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
    if (event.target.matches("[data-show-file]")) $(event.target.dataset.showFile).textContent = event.target.files[0]?.name || "";
  });

  // --- the palette -----------------------------------------------------------------------------------
  const query = $("#palette-q");

  function openPalette() {
    modal("palette").show();
  }

  $("#palette")?.addEventListener("shown.bs.modal", () => {
    query.value = "";
    query.focus();
    query.dispatchEvent(new Event("palette-open"));
  });

  const found = () => $$("#palette-found [role=option]");

  function choose(step) {
    const options = found();
    if (!options.length) return;
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = (at + step + options.length) % options.length;
    options.forEach((option, position) => option.setAttribute("aria-selected", String(position === next)));
    options[next].scrollIntoView({ block: "nearest" });
    query.setAttribute("aria-activedescendant", options[next].id);
  }

  query?.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    }
    if (event.key === "Enter") {
      event.preventDefault();
      (found().find((option) => option.getAttribute("aria-selected") === "true") || found()[0])?.click();
    }
  });
  // --- what narrows a list: on a phone it opens on demand --------------------------------------------------
  function countFilters(form) {
    const told = $$("select, input:not([type=hidden], [type=search])", form).filter((each) => each.value && each.type !== "checkbox" || each.checked);
    const mark = $("[data-filters-more] .tab-count", form);
    if (!mark) return;
    mark.textContent = told.length;
    mark.hidden = !told.length;
  }
  document.addEventListener("click", (event) => {
    const more = event.target.closest("[data-filters-more]");
    if (more) more.setAttribute("aria-expanded", String(more.form.classList.toggle("is-open")));
  });
  document.addEventListener("change", (event) => { if (event.target.form?.matches(".filters")) countFilters(event.target.form); });

  // A link that carries the list's filters (export) follows them.
  document.addEventListener("htmx:pushedIntoHistory", () => $$("[data-keeps-filters]").forEach((link) => { link.search = location.search; }));
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "palette-found") found().forEach((option, position) => option.setAttribute("aria-selected", String(position === 0)));
  });

  // --- keys --------------------------------------------------------------------------------------------
  const rows = () => $$("tr[data-href], tr[data-row]");

  function moveRow(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.classList.contains("is-chosen"));
    const next = Math.min(Math.max(at + step, 0), all.length - 1);
    all.forEach((row, position) => row.classList.toggle("is-chosen", position === next));
    all[next].scrollIntoView({ block: "nearest" });
  }

  const keys = {
    "/": () => $("[data-list-search]")?.focus(),
    "?": () => modal("help").show(),
    j: () => moveRow(1),
    k: () => moveRow(-1),
    n: () => $("[data-new]")?.click(),
    Enter: () => $("tr.is-chosen")?.dataset.href && location.assign($("tr.is-chosen").dataset.href),
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && query) {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.key === "Escape" && event.target.matches("[data-list-search]") && !event.target.value) event.target.blur();  // back to the keys
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!isPlain || isTyping(event.target) || $(".modal.show") || !keys[event.key]) return;
    if (event.key === "Enter" && event.target.closest("a, button")) return;
    if (event.key !== "Enter") event.preventDefault();
    keys[event.key]();
  });

  // --- what every new piece of page needs ------------------------------------------------------------------
  function settle(within) {
    $$("[data-colour]", within).forEach((element) => element.style.setProperty("--colour", element.dataset.colour));
    $$("[data-width]", within).forEach((element) => { element.style.width = `${element.dataset.width}%`; });
    $$("[data-heat]", within).forEach((element) => element.style.setProperty("--heat", element.dataset.heat));
    $$("[data-open-modal]", within).forEach((element) => modal(element.id)?.show());
    if (isMac) $$("[data-mod-key]", within).forEach((key) => { key.textContent = "⌘ K"; });
    $$(".table-responsive", within).forEach((box) => { if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; });  // so that keys can scroll it
    $$(".filters", within).forEach(countFilters);
    $(".is-invalid", within)?.focus();
  }
  settle(document);
  if (toasts) $$(".toast-note", toasts).forEach(leaveLater);
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) settle(event.target); });
})();
