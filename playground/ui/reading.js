// Draws images with the boxes of their lines. A line and its box light up together: on hover, on focus, and for good
// by a click. The list says all that the boxes say, so the boxes are hidden from whoever cannot see them.

const SVG = "http://www.w3.org/2000/svg";
const chosen = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".pages");
  root.replaceChildren(...data.pages.map(page));
  const light = (number, on) => root.querySelectorAll(`[data-line="${number}"]`).forEach((e) => e.classList.toggle("lit", on));
  const mark = (number) => {
    const before = chosen.get(root);
    root.querySelectorAll(".chosen").forEach((e) => e.classList.remove("chosen"));
    root.querySelectorAll("button").forEach((e) => e.setAttribute("aria-pressed", "false"));
    chosen.set(root, before === number ? null : number);
    if (before === number) return;
    root.querySelectorAll(`[data-line="${number}"]`).forEach((e) => e.classList.add("chosen"));
    const entry = root.querySelector(`button[data-line="${number}"]`);
    entry.setAttribute("aria-pressed", "true");
    entry.scrollIntoView({ block: "nearest" });
  };
  root.querySelectorAll("[data-line]").forEach((each) => {
    const number = each.dataset.line;
    each.onmouseenter = each.onfocus = () => light(number, true);
    each.onmouseleave = each.onblur = () => light(number, false);
    each.onclick = () => mark(number);
  });
}

function page({ name, source, width, height, lines }) {
  const section = element("section");
  const figure = element("div", "figure");
  figure.style.aspectRatio = `${width} / ${height}`;
  if (source) {
    const image = element("img");
    image.src = source;
    image.alt = `${name}, ${width} by ${height} pixels, in which ${lines.length} lines were read`;
    figure.append(image);
  }
  const boxes = document.createElementNS(SVG, "svg");
  boxes.setAttribute("viewBox", `0 0 ${width} ${height}`);
  boxes.setAttribute("preserveAspectRatio", "none");
  boxes.setAttribute("aria-hidden", "true");
  boxes.append(...lines.flatMap((line) => [box(line, "halo"), box(line, "box")]));
  figure.append(boxes, ...lines.map((line) => flag(line, width, height)));
  const list = element("ol");
  list.append(...lines.map(entry));
  section.append(figure, list);
  return section;
}

function box({ number, box: corners }, className) {
  const shape = document.createElementNS(SVG, "polygon");
  shape.setAttribute("points", corners.map((corner) => corner.join(",")).join(" "));
  shape.setAttribute("class", className);
  shape.dataset.line = number;
  return shape;
}

function flag({ number, box: [[x, y]] }, width, height) {
  const mark = element("span", "flag", number);
  mark.setAttribute("aria-hidden", "true");
  mark.dataset.line = number;
  mark.style.left = `${(100 * x) / width}%`;
  mark.style.top = `${(100 * y) / height}%`;
  return mark;
}

function entry({ number, text, confidence }) {
  const item = element("li");
  const button = element("button");
  const share = `${Math.round(confidence * 100)} %`;
  button.type = "button";
  button.dataset.line = number;
  button.setAttribute("aria-pressed", "false");
  const sure = element("span", confidence < 0.8 ? "sure low" : "sure", confidence < 0.8 ? `? ${share}` : share);
  sure.title = "How sure the model is of this line";
  button.append(element("span", "number", number), element("span", "text", text), sure);
  item.append(button);
  return item;
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
