// Links marked `data-dialog` open in place: the same page, asked for as a fragment, in a native dialog.

import { enhance } from "./password.js";
import { beginSubmit, endSubmit } from "./submit_once.js";
import { texts } from "./texts.js";

// A proxy that has lost its server may say nothing for very long.
const PATIENCE_MS = 60_000;

const CROSS = '<path d="m6 6 12 12M18 6 6 18"/>';
const WARNING = '<path d="M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17v.2"/>';

// Whether a dialog is open, or being fetched. There is one at a time.
let taken = false;

export function watchDialogs() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    const around = link.closest("dialog");
    if (around) return void goOn(around, link).catch(() => location.assign(link.href));
    if (taken) return;
    taken = true;
    open(link)
      .catch(() => location.assign(link.href))
      .finally(() => (taken = document.querySelector("dialog[open]") !== null));
  });
}

async function open(link) {
  const answer = await fetch(link.href, { headers: { "X-Fragment": "1" } });
  // Signed out, or gone meanwhile: the page itself says so best.
  if (answer.redirected || !answer.ok) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.addEventListener("close", () => {
    dialog.remove();
    taken = false;
    link.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  // The backdrop is the dialog's own ground. A selection that is dragged out of a field ends there, but begins inside;
  // what was typed or generated is not lost to a click beside it.
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog && !isFilledIn(dialog)) dialog.close();
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    if (beginSubmit(event.target, event.submitter)) send(dialog, event.target, event.submitter);
  });
  fill(dialog, await answer.text());
  show(dialog);
  focusFirst(dialog);
}

// A link within a dialog leads on in it.
async function goOn(dialog, link) {
  const answer = await fetch(link.href, { headers: { "X-Fragment": "1" } });
  if (answer.redirected || !answer.ok) return location.assign(link.href);
  fill(dialog, await answer.text());
  focusFirst(dialog);
}

// Also one that was closed while its form was on the way: what became of it must be heard.
function show(dialog) {
  if (dialog.open) return;
  taken = true;
  document.body.append(dialog);
  dialog.showModal();
}

const isFilledIn = (dialog) =>
  dialog.querySelector("[data-once]") !== null ||
  [...dialog.querySelectorAll("input:not([type=hidden], [readonly])")].some((field) => field.value !== "");

function fill(dialog, html) {
  const body = document.createElement("div");
  body.className = "dialog-body";
  body.innerHTML = html;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button dialog-close";
  close.dataset.close = "";
  close.setAttribute("aria-label", texts.close);
  close.append(icon(CROSS));
  dialog.replaceChildren(body, close);
  enhance(dialog);
}

function focusFirst(dialog) {
  const field = dialog.querySelector("[data-problems], [autofocus], input:not([type=hidden], [readonly])");
  field?.focus();
}

// The form goes the way it would without us; what comes back decides whether the dialog has done its work. It is never
// sent a second time by itself: an answer that is lost is no proof that the work was not done.
async function send(dialog, form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  let answer;
  let html;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    answer = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "1" }, signal });
    if (!answer.redirected) html = await answer.text();
  } catch {
    answer = null;
  }
  if (answer?.redirected) {
    // Back to where we are keeps the list as it is narrowed now; the receipt stands on top of it.
    if (new URL(answer.url).pathname === location.pathname) return location.reload();
    return location.assign(answer.url);
  }
  endSubmit(form);
  show(dialog);
  const page = new DOMParser().parseFromString(html ?? "", "text/html");
  const heading = page.querySelector("main h1");
  if (heading) {
    // A page of its own: it says what is wrong, here as anywhere.
    Object.assign(heading, { id: "dialog-title", tabIndex: -1 }).dataset.problems = "";
    fill(dialog, page.querySelector("main").innerHTML);
  } else if (page.querySelector("#dialog-title")) {
    fill(dialog, html);
  } else {
    sayUnreachable(form);
  }
  focusFirst(dialog);
}

function sayUnreachable(form) {
  form.querySelector("[data-problems]")?.remove();
  const problem = document.createElement("div");
  const sentence = document.createElement("p");
  problem.className = "problems";
  problem.tabIndex = -1;
  problem.dataset.problems = "";
  problem.setAttribute("role", "alert");
  sentence.textContent = texts.unreachable;
  problem.append(icon(WARNING), sentence);
  form.prepend(problem);
}

function icon(shape) {
  const template = document.createElement("template");
  template.innerHTML = `<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${shape}</svg>`;
  return template.content;
}
