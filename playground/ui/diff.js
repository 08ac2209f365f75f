// Draws the pairs. Whoever cannot see the colours has the signs; whoever cannot see has the words.

const SIGNS = { changed: "≠", removed: "−", added: "+" };

export default function ({ data, parentElement }) {
  const { pairs, names, sides, space } = data;
  const there = Object.keys(SIGNS).filter((kind) => pairs.some((pair) => pair.kind === kind));
  const legend = there.map((kind) => entry(kind, names[kind]));
  if (there.length) legend.push(element("li", `${sides[0]} above, ${sides[1]} below`));
  parentElement.querySelector(".legend").replaceChildren(...legend);
  const text = parentElement.querySelector("p");
  text.replaceChildren(...pairs.flatMap((pair, place) => (place ? [space, draw(pair, names)] : [draw(pair, names)])));
}

function entry(kind, name) {
  const item = element("li", name, kind);
  item.dataset.sign = SIGNS[kind];
  return item;
}

function draw({ kind, before, after }, names) {
  if (kind === "same") return element("span", before);
  const box = element("span", "", `pair ${kind}`);
  box.dataset.sign = SIGNS[kind];
  box.title = names[kind];
  box.append(element("span", `${names[kind]}: `, "heard"), side("del", before), side("ins", after));
  return box;
}

function side(tag, word) {
  if (word) return element(tag, word);
  const none = element("span", "–", "none");
  none.setAttribute("aria-hidden", "true");
  return none;
}

function element(tag, text, name = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}
