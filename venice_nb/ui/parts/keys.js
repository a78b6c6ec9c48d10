// Ctrl+Enter in a box of text presses the first button of its group. Every letter is on its way by then.
function render({ el }) {
  const pressed = (event) => {
    const group = el.closest(".vn-sent");
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;
    if (!sends || event.target.tagName !== "TEXTAREA" || !group?.contains(event.target)) return;
    event.preventDefault();
    event.stopPropagation(); // or the notebook runs the cell again
    if (!event.repeat) group.querySelector("button").click();
  };
  document.addEventListener("keydown", pressed, true);
  return () => document.removeEventListener("keydown", pressed, true);
}

export default { render };
