// @ts-check
// The password form: rules that turn green, generate, show, copy, and a button that says why it waits.

import { find, findAll, findButtons, findForms } from "./dom.js";
import { generate, unmet } from "./policy.js";
import { texts } from "./texts.js";

/**
 * Enhances what the server rendered below `root`.
 * @param {Document | HTMLElement} root
 */
export function enhance(root) {
  for (const button of findButtons(root, "[data-reveal]")) reveal(button);
  for (const button of findButtons(root, "[data-copy]")) copy(button, root);
  for (const button of findButtons(root, "[data-print]")) printing(button);
  for (const form of findForms(root, "[data-password-form]")) passwordForm(form);
}

/** @param {HTMLFormElement} form */
function passwordForm(form) {
  /** @type {{ policy?: import("./policy.js").Policy, recipe: import("./policy.js").Recipe }} */
  const table = JSON.parse(form.dataset.policy || "{}");
  /** @type {HTMLInputElement | null} */
  const password = form.querySelector("[data-new]");
  /** @type {HTMLInputElement | null} */
  const again = form.querySelector("[data-again]");
  const current = form.elements.namedItem("current");
  const why = find(form, "[data-why]");
  const { policy, recipe } = table;
  if (!policy || !password || !why) return;
  const rules = findAll(form, "[data-rule]");
  const saves = findButtons(form, "[data-save]");

  /** Why the form cannot be sent yet, or nothing.
   * @param {number} missing how many rules are not met */
  const whyNot = (missing) => {
    if (missing === rules.length && password.value === "") return texts.typeOrGenerate;
    if (missing > 0) return texts.rulesMissing[missing] ?? "";
    if (again && again.value === "") return texts.typeAgain;
    if (again && again.value !== password.value) return texts.differ;
    if (current instanceof HTMLInputElement && current.value === "") return texts.typeCurrent;
    return "";
  };

  const update = () => {
    const missing = unmet(policy, password.value);
    for (const rule of rules) {
      const met = !missing.includes(rule.dataset.rule ?? "");
      rule.classList.toggle("met", met);
      const announcement = met ? texts.ruleMet : "";
      const state = find(rule, "[data-state]");
      if (state && state.textContent !== announcement) state.textContent = announcement;
    }
    const reason = whyNot(missing.length);
    for (const save of saves) save.disabled = reason !== "";
    if (why.textContent !== reason) why.textContent = reason;
  };

  find(form, "[data-generate]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const fresh = generate(recipe);
    for (const field of again ? [password, again] : [password]) {
      field.value = fresh;
      show(field, true);
    }
    password.focus();
    password.select();
    update();
    announce(form, texts.generated);
  });

  form.addEventListener("input", update);
  // A browser may put back what was typed before the page was reloaded.
  addEventListener("pageshow", update);
  update();
}

/** @param {HTMLButtonElement} button */
function reveal(button) {
  const field = button.parentElement?.querySelector("input");
  if (!field) return;
  button.hidden = false;
  show(field, field.type === "text");
  button.addEventListener("click", () => show(field, field.type === "password"));
  // What was shown is not kept by the browser as an ordinary text. The form is read before this runs.
  field.form?.addEventListener("submit", () => setTimeout(() => show(field, false)));
}

/**
 * @param {HTMLInputElement} field
 * @param {boolean} shown
 */
function show(field, shown) {
  field.type = shown ? "text" : "password";
  const button = field.parentElement && find(field.parentElement, "[data-reveal]");
  if (!button) return;
  const label = shown ? texts.hidePassword : texts.showPassword;
  button.setAttribute("aria-pressed", String(shown));
  button.setAttribute("aria-label", label);
  button.title = label;
}

/** @param {HTMLButtonElement} button */
function printing(button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

/**
 * Copies the field a button names. The page below a dialog may have a field of the same id.
 * @param {HTMLButtonElement} button
 * @param {Document | HTMLElement} root
 */
function copy(button, root) {
  /** @type {HTMLInputElement | HTMLTextAreaElement | null} */
  const field = root.querySelector(`#${CSS.escape(button.dataset.copy ?? "")}`);
  const label = find(button, "[data-copy-label]");
  const around = button.parentElement;
  if (!field || !label || !around) return;
  button.hidden = false;
  /** @type {number | undefined} */
  let back;
  button.addEventListener("click", async () => {
    if (field.value === "") return;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Not a secure context, or not allowed: the older way needs the text to be visible.
      if (field instanceof HTMLInputElement && field.type === "password") show(field, true);
      field.select();
      document.execCommand("copy");
      button.focus();
    }
    label.textContent = texts.copied;
    announce(around, texts.copied);
    clearTimeout(back);
    back = setTimeout(() => {
      label.textContent = texts.copy;
      announce(around, "");
    }, 4000);
  });
}

/**
 * Has a screen reader say a sentence, in the live region below `root`.
 * @param {HTMLElement} root
 * @param {string} sentence
 */
function announce(root, sentence) {
  const region = find(root, "[data-said]");
  if (region) region.textContent = sentence;
}
