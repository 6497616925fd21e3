// Sends the form on, before the page has finished loading: the browser then keeps no history entry
// for it, and Back leads to the portal instead of sending the response twice.
document.getElementById("continue").submit();
