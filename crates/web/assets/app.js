// Pages are right without this file; with it they answer while one types.

import { watchDialogs } from "./dialog.js";
import { enhance } from "./password.js";
import { submitOnce } from "./submit_once.js";

enhance(document);
watchDialogs();
submitOnce();

// After a redirect or a refusal, the first thing said is what happened. A receipt stays on the pages that follow, but
// takes the focus once: until the next form is sent.
const problems = document.querySelector("[data-problems]");
const receipt = document.querySelector("[data-receipt]");
if (problems) {
  problems.focus();
} else if (receipt && sessionStorage.getItem("told") !== receipt.textContent) {
  sessionStorage.setItem("told", receipt.textContent);
  receipt.focus();
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-switch], [data-filters]")) sessionStorage.removeItem("told");
});

// The page has done what the form asks for; the server is notified, also while the browser leaves the page.
function tell(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true });
}

// The theme changes in place; the cookie is the server's to set.
for (const form of document.querySelectorAll("[data-theme-switch]")) {
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (!chosen) return;
    event.preventDefault();
    document.documentElement.dataset.theme = chosen.value;
    for (const button of document.querySelectorAll("[data-theme-switch] button")) {
      button.setAttribute("aria-pressed", String(button.value === chosen.value));
    }
    tell(form, chosen);
  });
}

// A receipt stays until it is dismissed.
for (const form of document.querySelectorAll("[data-dismiss]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell(form);
    form.closest("[data-receipt]").remove();
    document.getElementById("main").focus();
  });
}

// The list is narrowed as soon as a domain or an order is chosen with the pointer. With the keyboard a choice is a way
// to the next one, and the button sends it (WCAG 2.2 §3.2.2).
let pointing = false;
addEventListener("pointerdown", () => (pointing = true), true);
addEventListener("keydown", () => (pointing = false), true);
for (const form of document.querySelectorAll("[data-filters]")) {
  for (const select of form.querySelectorAll("select")) {
    select.addEventListener("change", () => pointing && form.requestSubmit());
  }
}
