// Draws the lines, plays from what is clicked, and marks what is being said. The player is Streamlit's own.

const watching = new WeakMap();

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector("ol");
  const text = JSON.stringify(data.lines);
  if (list.dataset.lines !== text) {
    list.replaceChildren(...data.lines.map(line));
    list.dataset.lines = text;
  }
  const player = () => document.querySelector(data.player);
  list.onclick = (event) => {
    const place = event.target.closest("[data-start]");
    if (place && !String(getSelection())) play(player(), Number(place.dataset.start));
  };
  watching.get(list)?.();
  const mark = () => show(list, player());
  const events = ["timeupdate", "seeked", "play", "pause", "ended"];
  const heard = (event) => event.target === player() && mark();
  for (const name of events) document.addEventListener(name, heard, true); // media events do not bubble
  let frame = 0;
  const follow = () => {
    const sound = player();
    if (sound && !sound.paused) mark();
    frame = setTimeout(follow, 80); // timeupdate comes four times a second, words come faster
  };
  follow();
  const stop = () => {
    for (const name of events) document.removeEventListener(name, heard, true);
    clearTimeout(frame);
  };
  watching.set(list, stop);
  return stop;
}

function line({ start, end, clock, speaker, words }) {
  const row = document.createElement("li");
  const button = document.createElement("button");
  const said = document.createElement("div");
  row.dataset.start = start;
  row.dataset.end = end;
  button.type = "button";
  button.textContent = clock;
  button.setAttribute("aria-label", `Play from ${clock}`);
  if (speaker) {
    const who = document.createElement("b");
    who.textContent = speaker;
    said.append(who, " ");
  }
  words.forEach(([word, moment], place) => {
    const span = document.createElement("span");
    span.textContent = word;
    span.dataset.start = moment;
    said.append(place ? " " : "", span);
  });
  row.append(button, said);
  return row;
}

function play(player, moment) {
  if (!player) return;
  player.currentTime = moment;
  player.play().catch(() => {});  // it was paused before it began
}

function show(list, player) {
  if (!player) return;
  const now = player.currentTime;
  const begun = now > 0 || !player.paused;
  let current = null;
  for (const row of list.children) {
    if (begun && Number(row.dataset.start) <= now + 0.05) current = row;
  }
  for (const row of list.children) {
    const is = row === current;
    if (is !== row.hasAttribute("aria-current")) {
      row.toggleAttribute("aria-current", is);
      if (is) {
        row.setAttribute("aria-current", "true");
        keepInView(list, row);
      }
    }
    let word = null;
    if (is && now <= Number(row.dataset.end) + 0.3) {
      for (const span of row.querySelectorAll("span")) if (Number(span.dataset.start) <= now + 0.05) word = span;
    }
    for (const span of row.querySelectorAll("span")) span.classList.toggle("now", span === word && row.querySelectorAll("span").length > 1);
  }
}

function keepInView(list, row) {
  const above = row.offsetTop - list.offsetTop - list.scrollTop;
  if (above < 0 || above + row.offsetHeight > list.clientHeight) {
    list.scrollTo({ top: row.offsetTop - list.offsetTop - list.clientHeight / 3, behavior: "smooth" });
  }
}
