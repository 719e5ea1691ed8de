// @ts-check
// Links marked `data-dialog` open in place: the same page, asked for as a fragment, in a native dialog.

import { closest, find, formBody, isPlainClick } from "./dom.js";
import { enhance } from "./password.js";
import { beginSubmit, endSubmit } from "./submit_once.js";
import { texts } from "./texts.js";

// A proxy that has lost its server may say nothing for very long.
const ANSWER_TIMEOUT_MS = 60_000;

const CROSS = '<path d="m6 6 12 12M18 6 6 18"/>';
const WARNING = '<path d="M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17v.2"/>';

// Whether a dialog is open, or being fetched. There is one at a time.
let isTaken = false;

export function watchDialogs() {
  document.addEventListener("click", (event) => {
    const link = closest(event, "a[data-dialog]");
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || !isPlainClick(event)) return;
    event.preventDefault();
    const around = link.closest("dialog");
    if (around) return void follow(around, link).catch(() => location.assign(link.href));
    if (isTaken) return;
    isTaken = true;
    open(link)
      .catch(() => location.assign(link.href))
      .finally(() => (isTaken = document.querySelector("dialog[open]") !== null));
  });
}

/** @param {HTMLAnchorElement} link */
async function open(link) {
  const answer = await fetch(link.href, { headers: { "X-Fragment": "1" } });
  // Signed out, or gone meanwhile: the page itself says so best.
  if (answer.redirected || !answer.ok) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.addEventListener("close", () => {
    dialog.remove();
    isTaken = false;
    link.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (!closest(event, "[data-close]")) return;
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
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    if (beginSubmit(form, event.submitter)) send(dialog, form, event.submitter);
  });
  fill(dialog, await answer.text());
  show(dialog);
  focusFirst(dialog);
}

/**
 * A link within a dialog leads on in it.
 * @param {HTMLDialogElement} dialog
 * @param {HTMLAnchorElement} link
 */
async function follow(dialog, link) {
  const answer = await fetch(link.href, { headers: { "X-Fragment": "1" } });
  if (answer.redirected || !answer.ok) return location.assign(link.href);
  fill(dialog, await answer.text());
  focusFirst(dialog);
}

/**
 * Also one that was closed while its form was on the way: what became of it must be heard.
 * @param {HTMLDialogElement} dialog
 */
function show(dialog) {
  if (dialog.open) return;
  isTaken = true;
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {HTMLDialogElement} dialog */
const isFilledIn = (dialog) =>
  dialog.querySelector("[data-once]") !== null ||
  fields(dialog).some((field) => field.value !== "");

/**
 * What a person can type into.
 * @param {HTMLDialogElement} dialog
 */
const fields = (dialog) =>
  [...dialog.querySelectorAll("input")].filter(({ type, readOnly }) => type !== "hidden" && !readOnly);

/**
 * @param {HTMLDialogElement} dialog
 * @param {string} html
 */
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

/** @param {HTMLDialogElement} dialog */
function focusFirst(dialog) {
  find(dialog, "[data-problems], [autofocus], input:not([type=hidden], [readonly])")?.focus();
}

/**
 * The form goes the way it would without us; what comes back decides whether the dialog has done its work. It is never
 * sent a second time by itself: an answer that is lost is no proof that the work was not done.
 * @param {HTMLDialogElement} dialog
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
async function send(dialog, form, submitter) {
  const body = formBody(form, submitter);
  /** @type {Response | null} */
  let answer;
  let html = "";
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
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
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = find(page, "main");
  const heading = main && find(main, "h1");
  if (main && heading) {
    // A page of its own: it says what is wrong, here as anywhere.
    heading.id = "dialog-title";
    heading.tabIndex = -1;
    heading.dataset.problems = "";
    fill(dialog, main.innerHTML);
  } else if (page.querySelector("#dialog-title")) {
    fill(dialog, html);
  } else {
    showUnreachable(form);
  }
  focusFirst(dialog);
}

/** @param {HTMLFormElement} form */
function showUnreachable(form) {
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

/** @param {string} shape the paths of an icon */
function icon(shape) {
  const template = document.createElement("template");
  template.innerHTML = `<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${shape}</svg>`;
  return template.content;
}
