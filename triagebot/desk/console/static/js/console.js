// Starts the modules that the page names, in turn; what one draws is painted before the next starts.
(async ({ dataset }) => {
  for (const name of dataset.starts.split(" ")) {
    await import(name);
    await new Promise((done) => {
      if (document.hidden) done();
      else requestAnimationFrame(() => setTimeout(done));
    });
  }
})(document.currentScript);
