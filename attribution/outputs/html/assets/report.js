// Shows a claim's details beside the text, and the text of chosen sources only. Everything shown
// is copied from elements of the page; no text is ever read as markup.
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const numbers = (list) => (list ? list.split(" ") : []);

  const article = byId("article");
  const panel = byId("panel");
  const panelBody = byId("panel-body");
  const status = byId("status");
  const entries = new Map(all("#claims .claim").map((entry) => [entry.dataset.n, entry]));
  const marked = new Map(); // what shows a claim in the text: marks and label
  const aside = new Map(); // its cue and source mention

  const gather = (map, key, element) => {
    if (map.has(key)) map.get(key).push(element);
    else map.set(key, [element]);
  };
  for (const element of all("[data-n]", article)) gather(marked, element.dataset.n, element);
  for (const element of all("[data-cue], [data-who]", article)) {
    const { cue, who } = element.dataset;
    for (const number of numbers(cue || who)) gather(aside, number, element);
  }

  // The claim in the panel

  let lit = [];
  let seen = "";
  let kept = []; // what was clicked or focused, to go back to after pointing elsewhere
  let cameFrom = null;

  const copy = (number) => {
    const box = document.createElement("div");
    box.className = entries.get(number).className;
    for (const child of entries.get(number).children) box.append(child.cloneNode(true));
    return box;
  };
  const light = (found) => {
    for (const element of lit) element.classList.remove("on");
    lit = found.length ? [...(marked.get(found[0]) || []), ...(aside.get(found[0]) || [])] : [];
    for (const element of lit) element.classList.add("on");
  };
  const show = (found) => {
    if (!found.length || found.join() === seen) return;
    seen = found.join();
    light(found);
    panelBody.replaceChildren(...found.map(copy));
    panel.scrollTop = 0;
  };
  const keep = (found) => {
    kept = found;
    show(found);
    panel.classList.add("open");
  };
  const close = () => {
    panel.classList.remove("open");
    kept = [];
    seen = "";
    light([]);
    if (cameFrom && panel.contains(document.activeElement)) cameFrom.focus();
  };
  // The claims around an element, the innermost first.
  const around = (element) => {
    const found = [];
    for (let at = element.closest("[data-n]"); at; at = at.parentElement.closest("[data-n]")) {
      if (!at.classList.contains("off")) found.push(at.dataset.n);
    }
    return found;
  };

  article.addEventListener("mouseover", (event) => {
    const found = around(event.target);
    show(found.length ? found : kept);
  });
  article.addEventListener("focusin", (event) => {
    const reference = event.target.closest(".ref");
    if (!reference) return;
    kept = around(reference);
    show(kept);
  });
  article.addEventListener("click", (event) => {
    const reference = event.target.closest(".ref");
    const found = around(event.target);
    if (reference) {
      event.preventDefault();
      cameFrom = reference;
      keep(found);
      if (event.detail === 0) panel.focus(); // by keyboard
    } else if (found.length && document.getSelection().isCollapsed) {
      keep(found);
    }
  });
  byId("close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  panel.hidden = false;

  // Only the claims of chosen sources

  const showAll = byId("show-all");
  const picks = all(".pick");
  const paragraphs = all("p", article);
  const lines = all(".edge, .node");
  let chosen = new Set();

  const drawLines = (claims) => {
    for (const line of lines) {
      line.classList.toggle("on", numbers(line.dataset.claims).some((n) => claims.has(n)));
    }
  };
  const filter = () => {
    const left = new Set();
    for (const [number, entry] of entries) {
      const sources = numbers(entry.dataset.sources);
      const visible = !chosen.size || sources.some((source) => chosen.has(source));
      if (visible) left.add(number);
      for (const element of [entry, ...(marked.get(number) || [])]) {
        element.classList.toggle("off", !visible);
      }
    }
    for (const paragraph of paragraphs) {
      const quiet = chosen.size > 0 && !paragraph.querySelector("mark:not(.off)");
      paragraph.classList.toggle("quiet", quiet);
    }
    for (const pick of picks) pick.setAttribute("aria-pressed", chosen.has(pick.dataset.source));
    showAll.hidden = !chosen.size;
    drawLines(chosen.size ? left : new Set());
    status.textContent = chosen.size ? `${left.size} of ${entries.size} claims shown.` : "";
  };
  for (const pick of picks) {
    pick.disabled = false;
    pick.addEventListener("click", () => {
      const source = pick.dataset.source;
      if (!chosen.delete(source)) chosen.add(source);
      filter();
    });
  }
  showAll.addEventListener("click", () => {
    chosen = new Set();
    filter();
    byId("sources").focus();
  });

  // The way of a source's claims in the drawing

  const drawing = document.querySelector(".drawing");
  const trace = (event) => {
    const node = event.target.closest(".node");
    if (node) drawLines(new Set(numbers(node.dataset.claims)));
  };
  drawing.addEventListener("mouseover", trace);
  drawing.addEventListener("focusin", trace);
  if (window.matchMedia("(max-width: 34rem)").matches) byId("provenance-list").open = true;

  // The sentences behind a component of the score

  const lights = all(".light");
  for (const button of lights) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") === "false";
      const wanted = new Set(on ? numbers(button.dataset.sentences) : []);
      for (const other of lights) other.setAttribute("aria-pressed", on && other === button);
      const found = all(".s", article).filter((sentence) => {
        sentence.classList.toggle("lit", wanted.has(sentence.dataset.s));
        return sentence.classList.contains("lit");
      });
      status.textContent = on ? `Marked in the article: sentences, ${wanted.size}.` : "";
      if (found.length) found[0].scrollIntoView({ block: "center" });
    });
  }

  // In a notebook's frame a link to a part of the page would lead to the notebook.

  let goal = null;
  const follow = (event) => {
    const link = event.target.closest("a");
    if (!link || event.defaultPrevented) return;
    event.preventDefault();
    if (goal) goal.classList.remove("target");
    goal = byId(link.getAttribute("href").slice(1));
    if (!goal) return;
    const folded = goal.closest("details");
    if (folded) folded.open = true;
    goal.classList.add("target");
    goal.scrollIntoView();
    goal.focus({ preventScroll: true });
  };
  if (window.location.protocol === "about:") document.addEventListener("click", follow);
})();
