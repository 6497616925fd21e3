// Puts a button beside each password field that shows and hides what was typed.
for (const field of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  const label = document.querySelector(`label[for="${field.id}"]`).textContent;
  button.type = "button";
  button.className = "reveal";
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", `${button.textContent} ${label.toLowerCase()}`);
  };
  show(false);
  button.addEventListener("click", () => show(field.type === "password"));
  // What was shown must not be kept by the browser as ordinary text.
  field.form.addEventListener("submit", () => show(false));
  field.after(button);
}
