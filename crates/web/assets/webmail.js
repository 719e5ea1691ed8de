// The webmail works without this file; with it, a message opens beside the list without loading the page again.

const side = document.querySelector("[data-side]");
const lines = document.querySelector("[data-lines]");
const beside = window.matchMedia("(min-width: 64rem)");

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.getTime())) {
      time.title = moment.toLocaleString(undefined, { dateStyle: "full", timeStyle: "short" });
    }
  }
}

function markOpen(line) {
  lines.querySelector("[aria-current]")?.removeAttribute("aria-current");
  line.setAttribute("aria-current", "true");
  if (!line.classList.contains("wm-unread")) return;
  line.classList.remove("wm-unread");
  line.querySelector("[data-unread]")?.remove();
  const badge = document.querySelector(".wm-folder[aria-current] .wm-count");
  if (!badge) return;
  const left = Number(badge.dataset.count) - 1;
  badge.dataset.count = String(left);
  if (left > 0) badge.firstChild.data = left.toLocaleString("en");
  else badge.remove();
}

const place = () => location.pathname + location.search;
let shown = place();
let asked = 0;

async function open(line) {
  const mine = ++asked;
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
  if (mine !== asked) return;
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
  shown = place();
  const subject = side.querySelector(".wm-letter-subject");
  document.title = subject.textContent + document.title.slice(document.title.lastIndexOf(" · "));
  subject.focus({ preventScroll: true });
}

function plainClick(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

if (lines && side) {
  lines.addEventListener("click", (event) => {
    const line = event.target.closest(".wm-line");
    if (!line || !plainClick(event) || !beside.matches) return;
    event.preventDefault();
    open(line);
  });
  lines.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [...lines.querySelectorAll(".wm-line")];
    const next = step && all[all.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  lines.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  window.addEventListener("popstate", () => {
    // A jump within the page is no other page.
    if (place() !== shown) location.reload();
  });
}

// The drawer of folders: the dark area beside it is a link, and Escape does the same.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || beside.matches || location.hash !== "#folders") return;
  location.hash = "#main";
  document.querySelector(".wm-to-folders").focus({ preventScroll: true });
});

for (const menu of document.querySelectorAll("[data-menu]")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

localTimes(document);
