/** SIGUSR2 is an error that is no provider's. */
process.on("SIGUSR2", () => {
  throw new Error("nobody's fault");
});
