import { startProvider } from "./start";

/*
 * The provider as a process of its own, started as Pulumi starts its plugins: it prints its port, and then serves until
 * it is ended. What it needs to know is in the environment that `npm run azure` prints.
 */
startProvider().then(
  ({ port }) => console.log(port),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
