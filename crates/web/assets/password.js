// The password form: rules that turn green, generate, show, copy, and a button that says why it waits.

import { generate, unmet } from "./policy.js";
import { texts } from "./texts.js";

// Enhances what the server rendered below `root`.
export function enhance(root) {
  for (const button of root.querySelectorAll("[data-reveal]")) reveal(button);
  for (const button of root.querySelectorAll("[data-copy]")) copy(button, root);
  for (const button of root.querySelectorAll("[data-print]")) printing(button);
  for (const form of root.querySelectorAll("[data-password-form]")) passwordForm(form);
}

function passwordForm(form) {
  const table = JSON.parse(form.dataset.policy || "{}");
  if (!table.policy) return;
  const current = form.elements.current;
  const password = form.querySelector("[data-new]");
  const again = form.querySelector("[data-again]");
  const rules = [...form.querySelectorAll("[data-rule]")];
  const saves = form.querySelectorAll("[data-save]");
  const why = form.querySelector("[data-why]");

  function update() {
    const missing = unmet(table.policy, password.value);
    for (const rule of rules) {
      const met = !missing.includes(rule.dataset.rule);
      rule.classList.toggle("met", met);
      const said = met ? texts.ruleMet : "";
      const state = rule.querySelector("[data-state]");
      if (state.textContent !== said) state.textContent = said;
    }
    const reason = whyNot(missing.length);
    for (const save of saves) save.disabled = reason !== "";
    if (why.textContent !== reason) why.textContent = reason;
  }

  function whyNot(missing) {
    if (missing === rules.length && password.value === "") return texts.typeOrGenerate;
    if (missing > 0) return texts.rulesMissing[missing];
    if (again && again.value === "") return texts.typeAgain;
    if (again && again.value !== password.value) return texts.differ;
    if (current && current.value === "") return texts.typeCurrent;
    return "";
  }

  form.querySelector("[data-generate]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const fresh = generate(table.recipe);
    for (const field of [password, again].filter(Boolean)) {
      field.value = fresh;
      show(field, true);
    }
    password.focus();
    password.select();
    update();
    form.querySelector("[data-said]").textContent = texts.generated;
  });

  form.addEventListener("input", update);
  // A browser may put back what was typed before the page was reloaded.
  addEventListener("pageshow", update);
  update();
}

function reveal(button) {
  const field = button.parentElement.querySelector("input");
  if (!field) return;
  button.hidden = false;
  show(field, field.type === "text");
  button.addEventListener("click", () => show(field, field.type === "password"));
  // What was shown is not kept by the browser as an ordinary text. The form is read before this runs.
  field.form?.addEventListener("submit", () => setTimeout(() => show(field, false)));
}

function show(field, shown) {
  field.type = shown ? "text" : "password";
  const button = field.parentElement.querySelector("[data-reveal]");
  if (!button) return;
  const label = shown ? texts.hidePassword : texts.showPassword;
  button.setAttribute("aria-pressed", String(shown));
  button.setAttribute("aria-label", label);
  button.title = label;
}

function printing(button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// The page below a dialog may have a field of the same id.
function copy(button, root) {
  const field = root.querySelector(`#${CSS.escape(button.dataset.copy)}`);
  const label = button.querySelector("[data-copy-label]");
  if (!field) return;
  button.hidden = false;
  let back;
  button.addEventListener("click", async () => {
    if (field.value === "") return;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Not a secure context, or not allowed: the older way needs the text to be visible.
      if (field.type === "password") show(field, true);
      field.select();
      document.execCommand("copy");
      button.focus();
    }
    label.textContent = texts.copied;
    const said = button.parentElement.querySelector("[data-said]");
    if (said) said.textContent = texts.copied;
    clearTimeout(back);
    back = setTimeout(() => {
      label.textContent = texts.copy;
      if (said) said.textContent = "";
    }, 4000);
  });
}
