// Tells the server what is being typed, once the typing pauses.

const PAUSE = 500;
const told = new Map();

export default function ({ data, setStateValue }) {
  const find = () => document.querySelector(`.st-key-${data.box} textarea`);
  let waiting;
  const tell = () => {
    const text = find()?.value ?? "";
    if ((told.get(data.box) ?? "") === text) return;
    told.set(data.box, text);
    setStateValue("text", text);
  };
  const typed = (event) => {
    if (event && event.target !== find()) return;
    clearTimeout(waiting);
    waiting = setTimeout(tell, PAUSE);
  };
  document.addEventListener("input", typed);
  typed();  // the box is emptied by sending, which no event tells
  return () => {
    clearTimeout(waiting);
    document.removeEventListener("input", typed);
  };
}
