// @ts-check
// The webmail works without this file; with it, a message opens beside the list without loading the page again.

import { closest, find, findAll, isPlainClick } from "./dom.js";

const side = find(document, "[data-side]");
const lines = find(document, "[data-lines]");
const beside = window.matchMedia("(min-width: 64rem)");

/** @param {Document | HTMLElement} root */
function localTimes(root) {
  for (const time of root.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.getTime())) {
      time.title = moment.toLocaleString(undefined, { dateStyle: "full", timeStyle: "short" });
    }
  }
}

/** @param {HTMLElement} line */
function markOpen(line) {
  lines?.querySelector("[aria-current]")?.removeAttribute("aria-current");
  line.setAttribute("aria-current", "true");
  if (!line.classList.contains("wm-unread")) return;
  line.classList.remove("wm-unread");
  line.querySelector("[data-unread]")?.remove();
  const badge = find(document, ".wm-folder[aria-current] .wm-count");
  if (!badge) return;
  const left = Number(badge.dataset.count) - 1;
  badge.dataset.count = String(left);
  const number = badge.firstChild;
  if (left > 0 && number) number.nodeValue = left.toLocaleString("en");
  else badge.remove();
}

const currentPath = () => location.pathname + location.search;
let shownPath = currentPath();
// Counts the messages asked for: an answer that comes after the next click is not shown.
let requests = 0;

/**
 * @param {HTMLAnchorElement} line
 * @param {HTMLElement} side
 */
async function open(line, side) {
  const request = ++requests;
  side.setAttribute("aria-busy", "true");
  let pane = null;
  try {
    const response = await fetch(line.href, { headers: { "X-Fragment": "1" }, redirect: "manual" });
    if (response.ok) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      pane = page.querySelector("[data-pane]");
    }
  } catch {
    // The whole page says what is wrong.
  }
  if (request !== requests) return;
  side.removeAttribute("aria-busy");
  if (!pane) {
    location.assign(line.href);
    return;
  }
  side.replaceChildren(document.importNode(pane, true));
  side.scrollTop = 0;
  localTimes(side);
  markOpen(line);
  history.pushState(null, "", line.href);
  shownPath = currentPath();
  const subject = find(side, ".wm-letter-subject");
  if (!subject) return;
  document.title = subject.textContent + document.title.slice(document.title.lastIndexOf(" · "));
  subject.focus({ preventScroll: true });
}

if (lines && side) {
  lines.addEventListener("click", (event) => {
    const line = closest(event, ".wm-line");
    if (!(line instanceof HTMLAnchorElement) || !isPlainClick(event) || !beside.matches) return;
    event.preventDefault();
    open(line, side);
  });
  lines.addEventListener("keydown", (event) => {
    /** @type {Record<string, number>} */
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    const all = findAll(lines, ".wm-line");
    const next = step && all[all.findIndex((line) => line === document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  lines.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  window.addEventListener("popstate", () => {
    // A jump within the page is no other page.
    if (currentPath() !== shownPath) location.reload();
  });
}

// The drawer of folders: the dark area beside it is a link, and Escape does the same.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || beside.matches || location.hash !== "#folders") return;
  location.hash = "#main";
  find(document, ".wm-to-folders")?.focus({ preventScroll: true });
});

/** @type {NodeListOf<HTMLDetailsElement>} */
const menus = document.querySelectorAll("details[data-menu]");
for (const menu of menus) {
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}

localTimes(document);
