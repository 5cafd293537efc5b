// The till: a barcode reader types a code and presses Enter; everything else only asks the server to count again.
(() => {
  "use strict";
  const form = document.getElementById("till-form");
  if (!form) return;
  const code = document.getElementById("id_code");
  const points = document.getElementById("id_points");
  const count = () => form.dispatchEvent(new Event("counter"));

  // The code becomes a chip at once, so that the next one can be scanned while the first is looked up.
  function addCode() {
    const typed = code.value.trim();
    if (!typed) return;
    const kept = document.createElement("input");
    Object.assign(kept, { type: "hidden", name: "codes", value: typed });
    document.getElementById("till-chips").append(kept);
    code.value = "";
    count();
  }

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.matches("button, summary")) return;
    event.preventDefault();
    if (event.target === code) addCode(); else count();
  });
  code.addEventListener("change", addCode);

  document.addEventListener("click", (event) => {
    const { target } = event;
    const drop = target.closest("[data-drop-code]");
    if (target.closest("[data-add-code]")) { addCode(); code.focus(); }
    if (drop) { event.preventDefault(); drop.closest(".till-chip").remove(); count(); code.focus(); }
    if (target.closest("[data-choose]")) count();
    if (target.closest("[data-forget-customer]")) {
      document.getElementById("id_customer").value = "";
      document.getElementById("chosen-customer").hidden = true;
      points.value = "";
      count();
    }
    const use = target.closest("[data-use-points]");
    if (use) { points.value = use.dataset.usePoints; count(); }
  });

  if (matchMedia("(pointer: fine)").matches && !document.querySelector(".is-invalid")) code.focus();
})();
