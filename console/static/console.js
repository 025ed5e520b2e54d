// Parts of a page renew themselves by htmx, never under somebody who fills something in. Without a script a page is what it was.
"use strict";

function busy() {
  const at = document.activeElement;
  return document.hidden
    || (at && at.matches("input, select, textarea"))
    || document.querySelector("main :checked:not(option)") !== null
    || [...document.querySelectorAll("main input:not([type=hidden]), main textarea")].some((one) => one.value !== one.defaultValue);
}

for (const moment of ["htmx:beforeRequest", "htmx:beforeSwap", "htmx:oobBeforeSwap"]) {
  document.addEventListener(moment, (event) => {
    const by = event.detail.requestConfig ? event.detail.requestConfig.elt : event.detail.elt;
    if (by && by.id !== "renewing" && moment !== "htmx:oobBeforeSwap") return;
    if (busy() || event.target.contains(document.activeElement) && document.activeElement !== document.body) event.preventDefault();
  });
}

document.addEventListener("input", (event) => {
  const mark = document.querySelector(`.origin[data-of="${CSS.escape(event.target.id)}"]`);
  if (!mark || !mark.dataset.record) return;
  const same = event.target.value === mark.dataset.record;
  mark.textContent = same ? mark.dataset.records : mark.dataset.changed;
  mark.classList.toggle("bg-orange-lt", !same);
});

// What is about to be handed in is shown first, from the reader's own machine: nothing has been sent yet.
document.addEventListener("change", (event) => {
  const shown = event.target.dataset && document.getElementById(event.target.dataset.preview);
  if (!shown) return;
  shown.replaceChildren();
  for (const file of event.target.files) {
    const line = document.createElement("p");
    line.textContent = `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} kB`;
    shown.append(line);
    if (!file.type.startsWith("image/")) continue;
    const picture = document.createElement("img");
    picture.src = URL.createObjectURL(file);
    picture.alt = file.name;
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
    shown.append(picture);
  }
});
