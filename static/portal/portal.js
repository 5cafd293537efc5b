/* Comfort only: every page works without this file. */
"use strict";

for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select();
    return document.execCommand("copy"); // pages without https have no clipboard
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.querySelector("[data-label]") || button;
  const before = label.textContent;
  button.addEventListener("click", async () => {
    const done = await copy(document.getElementById(button.dataset.copy));
    label.textContent = done ? button.dataset.done : before;
    setTimeout(() => { label.textContent = before; }, 2500);
  });
}

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

for (const button of document.querySelectorAll("[data-share-url]")) {
  button.hidden = !navigator.share;
  button.addEventListener("click", () => {
    const { shareUrl: url, shareTitle: title, shareText: text } = button.dataset;
    navigator.share({ url, title, text }).catch(() => {}); // closing the sheet is no error
  });
}

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[method=post]")) delete form.dataset.sent;
});

for (const waiting of document.querySelectorAll("[data-watch]")) {
  const look = async () => {
    if (document.hidden) return; // a page that nobody sees asks nothing
    const answer = await fetch(waiting.dataset.watch).catch(() => null);
    if (answer?.ok && (await answer.text()) !== waiting.dataset.state) location.reload();
  };
  setInterval(look, 3000);
  document.addEventListener("visibilitychange", look);
}

document.querySelector("[aria-invalid=true]")?.focus();
