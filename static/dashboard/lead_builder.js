// The builder of forms: questions are added, moved and removed; a draft is kept while one types, and the phone shows it.
(() => {
  "use strict";
  const form = document.getElementById("lead-builder");
  if (!form) return;
  const list = document.getElementById("questions");
  const blank = document.getElementById("question-blank");
  const draft = window.keptDraft(form);
  const total = form.querySelector('[name="questions-TOTAL_FORMS"]');
  const withOptions = ["choice", "choices", "product"];

  const questions = () => [...list.querySelectorAll("[data-question]")];

  // Numbers and boxes say the order and what goes where there are no scripts.
  function settle() {
    let place = 0;
    for (const question of questions()) {
      question.querySelector("[data-plain-tools]").hidden = true;
      question.querySelector("[data-options]").hidden = !withOptions.includes(question.querySelector("select").value);
      if (!question.classList.contains("is-leaving")) question.querySelector('[name$="-ORDER"]').value = ++place;
    }
  }

  function add() {
    const holder = document.createElement("div");
    holder.innerHTML = blank.innerHTML.replaceAll("__prefix__", total.value);
    total.value = Number(total.value) + 1;
    list.append(holder.firstElementChild);
    settle();
    questions().at(-1).querySelector("select").focus();
  }

  function remove(question) {
    question.querySelector('[name$="-DELETE"]').checked = true;
    question.classList.add("is-leaving");
    changed();
  }

  function shift(question, way) {
    const others = questions().filter((each) => !each.classList.contains("is-leaving"));
    const other = others[others.indexOf(question) + way];
    if (!other) return;
    if (way < 0) other.before(question); else other.after(question);
    changed();
  }

  function changed() {
    settle();
    draft.keepSoon();
  }

  form.addEventListener("input", changed);
  form.addEventListener("click", (event) => {
    const question = event.target.closest("[data-question]");
    if (event.target.closest("[data-question-add]")) add();
    if (event.target.closest("[data-question-remove]")) remove(question);
    if (event.target.closest("[data-question-up]")) shift(question, -1);
    if (event.target.closest("[data-question-down]")) shift(question, 1);
  });
  settle();
})();
