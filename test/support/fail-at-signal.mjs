// Loaded before the program (`node --import`): at SIGUSR2 it fails as a part would that nobody has thought of, and tells of
// everything it knows, as errors of drivers do: addresses, options, and a cause.
process.on('SIGUSR2', () => {
  const known = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
  const error = new Error(`${process.env.FAIL_BY} ${known.join(' ')} ${JSON.stringify(process.env)}`, {
    cause: { options: { ...process.env } },
  });
  if (process.env.FAIL_BY === 'exception') throw error;
  void Promise.reject(error);
});
