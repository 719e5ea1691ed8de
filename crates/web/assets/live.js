// @ts-check
// Keeps what a page shows of somebody else's doing as it is on the server. The server sends a stamp of the state; where
// it is another one than the page's, the page is asked for anew and its marked parts are replaced in place. Forms are
// never among them.

import { find, findAll } from "./dom.js";

const page = find(document, "[data-live-events]");
const announcements = find(document, "[data-live-said]");

// How long to wait before a stream that the server has refused is asked for again.
const RETRY_MS = 60_000;

/** @type {EventSource | undefined} */
let stream;
/** @type {number | undefined} */
let retry;
let isRefreshing = false;
let isStale = false;

/** @param {HTMLElement} page */
function listen(page) {
  clearTimeout(retry);
  if (stream || document.visibilityState === "hidden") return;
  stream = new EventSource(page.dataset.liveEvents ?? "");
  stream.addEventListener("state", ({ data }) => data !== page.dataset.liveStamp && refresh(page));
  // The browser itself comes back after a stream that broke off; not after one that was refused.
  stream.addEventListener("error", () => {
    if (stream?.readyState !== EventSource.CLOSED) return;
    stream = undefined;
    retry = setTimeout(() => listen(page), RETRY_MS);
  });
}

// A tab that nobody sees gives its connection to one that is seen.
function pause() {
  clearTimeout(retry);
  stream?.close();
  stream = undefined;
}

/** @param {HTMLElement} page */
async function refresh(page) {
  isStale = isRefreshing;
  if (isRefreshing) return;
  isRefreshing = true;
  try {
    const answer = await fetch(page.dataset.livePage ?? "");
    if (!answer.ok || answer.redirected) return;
    replaceParts(page, new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Not reachable now: the stream breaks off too, and says how things are when it is back.
  } finally {
    isRefreshing = false;
  }
  if (isStale) refresh(page);
}

/**
 * @param {HTMLElement} page
 * @param {Document} fresh
 */
function replaceParts(page, fresh) {
  const sentences = [];
  for (const part of findAll(document, "[data-live]")) {
    const next = find(fresh, `[data-live="${part.dataset.live}"]`);
    if (!next || next.outerHTML === part.outerHTML) continue;
    if (next.dataset.say && next.dataset.say !== part.dataset.say) sentences.push(next.dataset.say);
    const hadFocus = part.contains(document.activeElement);
    part.replaceWith(document.adoptNode(next));
    if (hadFocus) keepFocus(next);
  }
  page.dataset.liveStamp = find(fresh, "[data-live-stamp]")?.dataset.liveStamp ?? "";
  if (announcements && sentences.length > 0) announcements.textContent = sentences.join(" ");
}

/**
 * The focus that was on something replaced goes to what stands in its place.
 * @param {HTMLElement} part
 */
function keepFocus(part) {
  const target = find(part, "a, button") ?? part;
  if (target === part) part.tabIndex = -1;
  target.focus({ preventScroll: true });
}

if (page) {
  listen(page);
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? pause() : listen(page)));
  addEventListener("pagehide", pause);
  addEventListener("pageshow", () => listen(page));
}
