// @ts-check
// A form is sent once: the second click of a double click would find the work done and say that it was not.

import { texts } from "./texts.js";

/**
 * The forms that are being sent, and what takes the marks off each of them.
 * @type {Map<HTMLFormElement, () => void>}
 */
const underWay = new Map();

/**
 * Marks a form as being sent. False when it is on its way already.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
export function beginSubmit(form, submitter) {
  if (underWay.has(form)) return false;
  const buttons = new Set([...form.querySelectorAll("[data-save]"), ...(submitter ? [submitter] : [])]);
  const why = form.querySelector("[data-why]");
  const reason = why?.textContent ?? "";
  if (why) why.textContent = texts.saving;
  // The buttons and not the form: within what is busy, a screen reader may keep the line that says so to itself. They
  // are not disabled, for that would take the focus away.
  for (const button of buttons) button.setAttribute("aria-busy", "true");
  underWay.set(form, () => {
    if (why) why.textContent = reason;
    for (const button of buttons) button.removeAttribute("aria-busy");
  });
  return true;
}

/**
 * Takes the marks off a form: it may be sent again.
 * @param {HTMLFormElement} form
 */
export function endSubmit(form) {
  underWay.get(form)?.();
  underWay.delete(form);
}

// Forms whose answer is a page are sent by the browser itself.
export function submitOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (!beginSubmit(form, event.submitter)) event.preventDefault();
  });
  const endAll = () => [...underWay.keys()].forEach(endSubmit);
  // A page that is come back to, and one whose form was stopped on its way.
  addEventListener("pageshow", endAll);
  if ("navigation" in window && window.navigation instanceof EventTarget) {
    window.navigation.addEventListener("navigateerror", endAll);
  }
}
