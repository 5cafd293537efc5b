// A draft is kept while one types, and the phone beside the form shows what became of it.
window.keptDraft = (form) => {
  "use strict";
  const phone = document.getElementById("preview");
  const told = document.getElementById("kept");
  let waiting = 0;
  let isSending = false;

  const leave = () => clearTimeout(waiting);

  function keepSoon() {
    leave();
    waiting = setTimeout(keep, 700);
  }

  async function keep() {
    if (isSending) { keepSoon(); return; }
    isSending = true;
    const facts = new FormData(form);
    for (const input of form.querySelectorAll("[data-upload]")) facts.delete(input.name);
    facts.append("autosave", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body: facts, credentials: "same-origin" });
      told.textContent = answer.ok ? told.dataset.kept : told.dataset.lost;
      if (answer.ok) phone.contentWindow.location.reload();
    } catch {
      told.textContent = told.dataset.lost;
    }
    isSending = false;
  }

  form.addEventListener("submit", leave);
  return { keepSoon, leave };
};
