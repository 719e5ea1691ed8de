// @ts-check
// Pages are right without this file; with it they answer while one types.

import { watchDialogs } from "./dialog.js";
import { find, findButtons, findForms, formBody } from "./dom.js";
import { enhance } from "./password.js";
import { submitOnce } from "./submit_once.js";

enhance(document);
watchDialogs();
submitOnce();

// The receipt that has had the focus already.
const SEEN_RECEIPT = "seen-receipt";

// After a redirect or a refusal, the first thing said is what happened. A receipt stays on the pages that follow, but
// takes the focus once: until the next form is sent.
const problems = find(document, "[data-problems]");
const receipt = find(document, "[data-receipt]");
if (problems) {
  problems.focus();
} else if (receipt?.textContent && sessionStorage.getItem(SEEN_RECEIPT) !== receipt.textContent) {
  sessionStorage.setItem(SEEN_RECEIPT, receipt.textContent);
  receipt.focus();
}
document.addEventListener("submit", ({ target }) => {
  if (target instanceof Element && target.matches("[data-theme-switch], [data-filters]")) return;
  sessionStorage.removeItem(SEEN_RECEIPT);
});

/**
 * Posts a form whose effect the page shows already; the request outlives the page.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 */
function postInBackground(form, submitter) {
  fetch(form.action, { method: "POST", body: formBody(form, submitter), redirect: "manual", keepalive: true });
}

// The theme changes in place; the cookie is the server's to set.
for (const form of findForms(document, "[data-theme-switch]")) {
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (!(chosen instanceof HTMLButtonElement)) return;
    event.preventDefault();
    document.documentElement.dataset.theme = chosen.value;
    for (const button of findButtons(document, "[data-theme-switch] button")) {
      button.setAttribute("aria-pressed", String(button.value === chosen.value));
    }
    postInBackground(form, chosen);
  });
}

// A receipt stays until it is dismissed.
for (const form of findForms(document, "[data-dismiss]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    postInBackground(form);
    form.closest("[data-receipt]")?.remove();
    document.getElementById("main")?.focus();
  });
}

// The list is narrowed as soon as a domain or an order is chosen with the pointer. With the keyboard a choice is a way
// to the next one, and the button sends it (WCAG 2.2 §3.2.2).
let pointing = false;
addEventListener("pointerdown", () => (pointing = true), true);
addEventListener("keydown", () => (pointing = false), true);
for (const form of findForms(document, "[data-filters]")) {
  for (const select of form.querySelectorAll("select")) {
    select.addEventListener("change", () => pointing && form.requestSubmit());
  }
}
