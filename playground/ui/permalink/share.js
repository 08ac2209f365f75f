// Copies the link of a receipt, or prints the page. Where there is no clipboard (plain http from another machine) the
// old command does it.

const LINK = '<svg viewBox="0 0 24 24"><path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2"/></svg>';
const PRINTER = '<svg viewBox="0 0 24 24"><path d="M7 9V4h10v5M7 18H5a2 2 0 0 1-2-2v-4a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2h-2M7 14h10v6H7z"/></svg>';

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const said = button.querySelector("span");
  button.querySelector("i").innerHTML = data.path ? LINK : PRINTER;
  said.textContent = data.label;
  button.onclick = async () => {
    if (!data.path) return window.print();
    const done = await copied(new URL(data.path, document.baseURI).href);
    said.textContent = done ? "Copied" : "Not copied: the browser refuses";
    setTimeout(() => (said.textContent = data.label), 2000);
  };
}

async function copied(link) {
  try {
    await navigator.clipboard.writeText(link);
    return true;
  } catch {
    const box = document.createElement("textarea");
    box.value = link;
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    return done;
  }
}
