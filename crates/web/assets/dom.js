// @ts-check
// What the scripts ask the document for, typed once.

/**
 * The first element below `root` that matches.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const find = (root, selector) => root.querySelector(selector);

/**
 * All elements below `root` that match.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export const findAll = (root, selector) => [...root.querySelectorAll(selector)].filter(isHtml);

/**
 * All buttons below `root` that match.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLButtonElement[]}
 */
export const findButtons = (root, selector) =>
  findAll(root, selector).filter((element) => element instanceof HTMLButtonElement);

/**
 * All forms below `root` that match.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLFormElement[]}
 */
export const findForms = (root, selector) =>
  findAll(root, selector).filter((element) => element instanceof HTMLFormElement);

/**
 * The element an event came from, or the nearest one around it that matches.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const closest = ({ target }, selector) => (target instanceof Element ? target.closest(selector) : null);

/**
 * A click that opens a link here: not in another tab or window, and not as a download.
 * @param {MouseEvent} event
 */
export const isPlainClick = ({ button, altKey, ctrlKey, metaKey, shiftKey }) =>
  button === 0 && !altKey && !ctrlKey && !metaKey && !shiftKey;

/**
 * A form's fields as the browser would send them.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 */
export function formBody(form, submitter) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) body.append(name, String(value));
  return body;
}

/**
 * @param {Element} element
 * @returns {element is HTMLElement}
 */
const isHtml = (element) => element instanceof HTMLElement;
