// Building conditions: nested groups of facts, an operator and a value each; written as JSON into one hidden field.
(() => {
  "use strict";
  const MOST_GROUPS = 5;

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "text") element.textContent = value;
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter(Boolean));
    return element;
  }

  const icon = (name) => make("i", { class: `ti ti-${name}`, "aria-hidden": "true" });

  function start(root) {
    if (root.dataset.started) return;
    root.dataset.started = "";
    const told = JSON.parse(document.getElementById(root.dataset.source).textContent);
    const facts = new Map(told.facts.map((fact) => [fact.key, fact]));
    const field = root.querySelector("input[type=hidden]");
    const place = root.querySelector("[data-conditions-tree]");
    const said = root.querySelector("[data-conditions-said]");
    const words = told.words;
    let tree = group(told.tree);
    let waiting = 0;

    function group(data) {
      if (data && data.conditions) return { match: data.match || "all", conditions: data.conditions.map(node) };
      return { match: "all", conditions: data && data.fact ? [node(data)] : [] };
    }
    function node(data) {
      return data.conditions ? group(data) : { ...data };
    }

    // --- what is written down ---------------------------------------------------------------------------
    function shape(leaf) {
      const fact = facts.get(leaf.fact);
      return fact && told.shapes[fact.type][leaf.op];
    }
    function isWhole(leaf) {
      const wanted = shape(leaf), value = leaf.value;
      if (!wanted) return !facts.has(leaf.fact) && Boolean(leaf.fact); // a fact we were not told of stays as it was
      if (wanted === "nothing") return true;
      if (wanted === "choices") return Array.isArray(value) && value.length > 0;
      if (wanted === "numbers" || wanted === "dates") return Array.isArray(value) && value[0] !== "" && value[1] !== "" && value[0] != null && value[1] != null;
      return value !== undefined && value !== null && value !== "";
    }
    function written(item) {
      if (item.conditions) return { match: item.match, conditions: item.conditions.map(written).filter(Boolean) };
      if (!isWhole(item)) return null;
      const leaf = { fact: item.fact, op: item.op };
      if (shape(item) !== "nothing" && item.value !== undefined) leaf.value = item.value;
      if (item.within_days) leaf.within_days = item.within_days;
      return leaf;
    }
    function tell() {
      const text = JSON.stringify(written(tree));
      const before = field.value;
      field.value = tree.conditions.length ? text : "";
      if (field.value === before) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        field.dispatchEvent(new Event("change", { bubbles: true }));
        say();
      }, 300);
    }
    function say() {
      if (!root.dataset.said || !window.htmx) return;
      window.htmx.ajax("POST", root.dataset.said, {
        source: said, target: said, swap: "innerHTML", values: { where: field.value, subject: told.subject },
      });
    }

    // --- how it is shown --------------------------------------------------------------------------------
    function draw(focus) {
      place.replaceChildren(drawGroup(tree, null, 1));
      if (focus) [...place.querySelectorAll(focus)].at(-1)?.focus();
      tell();
    }

    function pick(label, options, chosen, change) {
      const select = make("select", { class: "form-select", "aria-label": label });
      select.append(...options);
      select.value = chosen;
      select.addEventListener("change", (event) => { event.stopPropagation(); change(select.value); });
      return select;
    }
    const option = (value, label) => make("option", { value, text: label });

    function button(label, name, click, extra = "") {
      const it = make("button", { type: "button", class: `btn btn-sm ${extra}` }, icon(name), " ");
      it.append(label);
      it.addEventListener("click", click);
      return it;
    }
    function crossOut(label, click) {
      const it = make("button", { type: "button", class: "btn btn-icon btn-ghost-secondary condition-out", "aria-label": label, title: label }, icon("x"));
      it.addEventListener("click", click);
      return it;
    }

    function drawGroup(item, parent, depth) {
      const match = pick(words.match, told.matches.map(([value, label]) => option(value, label)), item.match, (value) => {
        item.match = value;
        tell();
      });
      const head = make("div", { class: "condition-head" }, match);
      if (parent) head.append(crossOut(words.remove_group, () => { drop(parent, item); }));
      const box = make("div", { class: "condition-group", role: "group", "aria-label": words.group }, head);
      item.conditions.forEach((child) => box.append(child.conditions ? drawGroup(child, item, depth + 1) : drawLeaf(child, item)));
      const foot = make("div", { class: "condition-foot" });
      foot.append(button(words.add, "plus", () => {
        item.conditions.push({ fact: "", op: "" });
        draw("[data-fresh]");
      }));
      if (depth < MOST_GROUPS) foot.append(button(words.add_group, "brackets", () => {
        item.conditions.push({ match: "any", conditions: [{ fact: "", op: "" }] });
        draw("[data-fresh]");
      }, "btn-ghost-secondary"));
      box.append(foot);
      return box;
    }

    function drop(parent, item) {
      parent.conditions.splice(parent.conditions.indexOf(item), 1);
      draw(".condition-foot .btn:first-child");
    }

    function drawLeaf(leaf, parent) {
      const row = make("div", { class: "condition-row" });
      const fill = (focus) => {
        row.replaceChildren(...parts());
        if (focus) row.querySelector(focus)?.focus();
        tell();
      };
      const parts = () => {
        const fact = facts.get(leaf.fact);
        const found = [factPick(leaf, fill)];
        if (fact) {
          found.push(operatorPick(leaf, fact, fill), ...values(leaf, fact));
          if (fact.windowed) found.push(windowOf(leaf));
        }
        found.push(crossOut(words.remove, () => drop(parent, leaf)));
        return found;
      };
      row.append(...parts());
      return row;
    }

    function factPick(leaf, fill) {
      const groups = new Map();
      told.facts.forEach((fact) => groups.set(fact.group, [...(groups.get(fact.group) || []), option(fact.key, fact.label)]));
      const options = [option("", words.choose), ...[...groups].map(([label, some]) => make("optgroup", { label }, ...some))];
      if (leaf.fact && !facts.has(leaf.fact)) options.push(option(leaf.fact, leaf.fact));
      const select = pick(words.fact, options, leaf.fact, (value) => {
        const fact = facts.get(value);
        leaf.fact = value;
        leaf.op = fact ? Object.keys(told.shapes[fact.type])[0] : "";
        if (fact?.type === "yes_no") leaf.value = true;
        else delete leaf.value;
        delete leaf.within_days;
        fill(".condition-op, .condition-value");
      });
      select.classList.add("condition-fact");
      if (!leaf.fact) select.dataset.fresh = "";
      return select;
    }

    function operatorPick(leaf, fact, fill) {
      const operators = Object.keys(told.shapes[fact.type]);
      if (operators.length === 1) return null;
      const select = pick(words.operator, operators.map((op) => option(op, told.operators[op])), leaf.op, (value) => {
        const before = shape(leaf);
        leaf.op = value;
        if (shape(leaf) !== before) delete leaf.value;
        fill(".condition-value, .condition-op");
      });
      select.classList.add("condition-op");
      return select;
    }

    function values(leaf, fact) {
      const wanted = shape(leaf);
      if (wanted === "nothing" || !wanted) return [];
      if (wanted === "yes_no") return [yesNo(leaf)];
      if (wanted === "choices") return [choices(leaf, fact)];
      if (wanted === "numbers" || wanted === "dates") {
        return [pair(leaf, fact, wanted, 0), make("span", { class: "condition-and", text: words.and }), pair(leaf, fact, wanted, 1)];
      }
      const input = entry(wanted, fact, leaf.value, (value) => { leaf.value = value; tell(); });
      return wanted === "days" ? [input, make("span", { class: "condition-and", text: words.days })] : [input];
    }

    function pair(leaf, fact, wanted, at) {
      return entry(wanted === "numbers" ? "number" : "date", fact, (leaf.value || [])[at], (value) => {
        const both = [...(leaf.value || ["", ""])];
        both[at] = value;
        leaf.value = both;
        tell();
      }, at ? words.to : words.from);
    }

    function entry(wanted, fact, value, change, label = words.value) {
      const isMoney = wanted === "number" && fact.type === "money";
      const types = { date: "date", number: isMoney ? "text" : "number", days: "number" };
      const input = make("input", {
        class: `form-control condition-value condition-${wanted}`, type: types[wanted] || "text", "aria-label": label,
        autocomplete: "off", maxlength: wanted === "text" ? 200 : false, inputmode: isMoney ? "decimal" : wanted === "text" ? false : "numeric",
        min: wanted === "days" ? 0 : false, step: wanted === "days" || (wanted === "number" && !isMoney) ? 1 : false,
      });
      const scale = 10 ** told.exponent;
      if (value !== undefined && value !== null && value !== "") input.value = isMoney ? (value / scale).toFixed(value % scale ? told.exponent : 0) : value;
      const read = () => {
        if (wanted === "text" || wanted === "date") return input.value;
        const number = Number(input.value.replace(/[,\s]/g, ""));
        if (input.value.trim() === "" || Number.isNaN(number)) return "";
        return Math.round(isMoney ? number * scale : number);
      };
      input.addEventListener("input", (event) => { event.stopPropagation(); change(read()); });
      input.addEventListener("change", (event) => event.stopPropagation());
      if (!isMoney) return input;
      return make("span", { class: "input-group condition-money" }, input, make("span", { class: "input-group-text", text: told.currency }));
    }

    function yesNo(leaf) {
      const select = pick(words.value, [option("true", words.yes), option("false", words.no)], String(leaf.value ?? true), (value) => {
        leaf.value = value === "true";
        tell();
      });
      select.classList.add("condition-value");
      return select;
    }

    function choices(leaf, fact) {
      leaf.value = Array.isArray(leaf.value) ? leaf.value : [];
      const summary = make("summary", { class: "form-select condition-value" });
      const list = make("div", { class: "condition-options" });
      const known = new Map(fact.choices);
      leaf.value.filter((value) => !known.has(value)).forEach((value) => known.set(value, value));
      const show = () => {
        const names = leaf.value.map((value) => known.get(value));
        summary.textContent = names.length ? names.join(words.comma) : words.choose_values;
      };
      if (known.size > 10) {
        const find = make("input", { type: "search", class: "form-control form-control-sm", placeholder: words.find, "aria-label": words.find });
        find.addEventListener("input", (event) => {
          event.stopPropagation();
          const wanted = find.value.toLowerCase();
          list.querySelectorAll("label").forEach((label) => { label.hidden = !label.textContent.toLowerCase().includes(wanted); });
        });
        find.addEventListener("change", (event) => event.stopPropagation());
        list.append(find);
      }
      known.forEach((name, value) => {
        const box = make("input", { type: "checkbox", class: "form-check-input" });
        box.checked = leaf.value.includes(value);
        box.addEventListener("change", (event) => {
          event.stopPropagation();
          leaf.value = box.checked ? [...leaf.value, value] : leaf.value.filter((each) => each !== value);
          show();
          tell();
        });
        list.append(make("label", { class: "form-check" }, box, make("span", { class: "form-check-label", text: name })));
      });
      if (!known.size) list.append(make("p", { class: "soft", text: words.no_choices }));
      show();
      const details = make("details", { class: "condition-choices" }, summary, list);
      details.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !details.open) return;
        details.open = false;
        summary.focus();
        event.stopPropagation();
      });
      return details;
    }

    function windowOf(leaf) {
      const input = make("input", {
        class: "form-control condition-days", type: "number", min: 1, max: 36500, step: 1, placeholder: "∞",
        "aria-label": words.within, inputmode: "numeric",
      });
      if (leaf.within_days) input.value = leaf.within_days;
      input.addEventListener("input", (event) => {
        event.stopPropagation();
        const days = Math.round(Number(input.value));
        if (days >= 1) leaf.within_days = days;
        else delete leaf.within_days;
        tell();
      });
      input.addEventListener("change", (event) => event.stopPropagation());
      return make("span", { class: "condition-window" }, make("span", { text: words.in_last }), input, make("span", { text: words.days }));
    }

    document.addEventListener("click", (event) => {
      root.querySelectorAll("details[open]").forEach((details) => { if (!details.contains(event.target)) details.open = false; });
    });
    root.addEventListener("conditions:set", (event) => { tree = group(event.detail); draw(); });
    draw();
  }

  const startAll = (within) => within.querySelectorAll("[data-conditions]").forEach(start);
  startAll(document);
  document.addEventListener("htmx:load", (event) => startAll(event.detail.elt.parentElement || document));
})();
