"use strict";

// Hands the challenge of a form to the browser, and the browser's answer to the form. It decides nothing:
// the server verifies what comes back.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("[role=status]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) {
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    said.textContent = "";
    try {
      const { publicKey } = JSON.parse(form.dataset.options);
      const isNew = form.dataset.passkey === "create";
      const credential = isNew
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.requestSubmit(button);
    } catch (error) {
      said.textContent = error.name === "NotAllowedError"
        ? "Nothing came of it: it was called off, or took too long. Reload the page and try again."
        : error.name === "InvalidStateError"
          ? "That device has a passkey for you already."
          : "This browser cannot use passkeys here. They work at http://localhost, and in browsers of 2025 and later.";
    }
  });
}
