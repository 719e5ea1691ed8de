// Links marked `data-dialog` open in place: the same page, asked for as a fragment, in a native dialog.

import { enliven } from "./password.js";

export function watchDialogs() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    open(link).catch(() => location.assign(link.href));
  });
}

async function open(link) {
  const answer = await fetch(link.href, { headers: { "X-Fragment": "1" } });
  // Signed out, or gone meanwhile: the page itself says so best.
  if (answer.redirected || !answer.ok) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "dialog-title");
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  // The backdrop is the dialog's own ground. A selection that is dragged out of a field ends there, but begins inside.
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    send(dialog, event.target, event.submitter);
  });
  fill(dialog, await answer.text());
  dialog.showModal();
  focusFirst(dialog);
}

function fill(dialog, html) {
  const body = document.createElement("div");
  body.className = "dialog-body";
  body.innerHTML = html;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button dialog-close";
  close.dataset.close = "";
  close.setAttribute("aria-label", "Close");
  close.append(cross());
  dialog.replaceChildren(body, close);
  enliven(dialog);
}

function focusFirst(dialog) {
  const field = dialog.querySelector("[data-problems], [autofocus], input:not([type=hidden], [readonly])");
  field?.focus();
}

// The form goes the way it would without us; what comes back decides whether the dialog has done its work.
async function send(dialog, form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "1" } });
  } catch {
    answer = null;
  }
  if (answer?.redirected) {
    // Back to where we are keeps the list as it is narrowed now; the receipt stands on top of it.
    if (new URL(answer.url).pathname === location.pathname) return location.reload();
    return location.assign(answer.url);
  }
  if (answer?.status === 422) {
    fill(dialog, await answer.text());
    return focusFirst(dialog);
  }
  // Anything else is a page of its own: let the browser show it.
  for (const button of form.querySelectorAll("button")) button.disabled = false;
  form.submit();
}

function cross() {
  const template = document.createElement("template");
  template.innerHTML =
    '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" aria-hidden="true"><path d="m6 6 12 12M18 6 6 18"/></svg>';
  return template.content;
}
