// A bar and a mark; the numbers stand below them and are read out as one sentence.

export default function ({ data, parentElement }) {
  const whole = parentElement.querySelector("[role=img]");
  whole.setAttribute("aria-label", data.label);
  whole.classList.toggle("within", data.within);
  whole.querySelector(".bar").style.width = `${data.chance.at * 100}%`;
  const mark = whole.querySelector(".mark");
  mark.hidden = data.allowed.at === null;
  mark.style.left = `${(data.allowed.at ?? 0) * 100}%`;
  whole.querySelector(".allowed").classList.toggle("none", mark.hidden);
  for (const name of ["chance", "allowed"]) whole.querySelector(`.${name}`).textContent = data[name].words;
}
