// Rows and panes renew themselves while nobody is filling anything in. Without a script a page is what it was.
"use strict";

const EVERY = 20000;

function busy() {
  const at = document.activeElement;
  return document.hidden
    || (at && at.matches("input, select, textarea"))
    || document.querySelector("main :checked:not(option)") !== null
    || [...document.querySelectorAll("main input:not([type=hidden]), main textarea")].some((one) => one.value !== one.defaultValue);
}

async function renew() {
  const parts = [...document.querySelectorAll("[data-renew]")];
  if (!parts.length || busy()) return false;
  const answer = await fetch(location.href, { redirect: "error" });
  if (!answer.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (busy()) return false;
  for (const part of parts) {
    const other = fresh.getElementById(part.id);
    if (other && !part.contains(document.activeElement)) part.replaceChildren(...other.childNodes);
  }
  return true;
}

setInterval(() => renew().catch(() => {}), EVERY);

document.addEventListener("input", (event) => {
  const mark = document.querySelector(`.origin[data-of="${CSS.escape(event.target.id)}"]`);
  if (!mark || !mark.dataset.record) return;
  const same = event.target.value === mark.dataset.record;
  mark.textContent = same ? mark.dataset.records : mark.dataset.changed;
  mark.classList.toggle("late", !same);
});
