// One process of graphile-worker, as tuned as its documentation tells: `node work.mjs <local queue> <concurrency>`, in the
// database that PGHOST and its like name. It says `ready` once it may work and works from the first line of its input on,
// until nothing has come for half a second. Then it tells when its first job began and its last one ended, in
// milliseconds since 1970, and how many there were: neither its start nor its end counts.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { Logger, run } = createRequire(process.cwd() + "/")("graphile-worker");
const [size, concurrentJobs] = process.argv.slice(2).map(Number);
let first = Infinity;
let last = 0;
let count = 0;

console.log("ready");
await new Promise((go) => createInterface({ input: process.stdin }).once("line", go));
const runner = await run({
  noHandleSignals: true,
  parsedCronItems: [],
  logger: new Logger(() => (level, message) => level === "error" && console.error(message)),
  preset: {
    worker: {
      connectionString: `postgres:///${process.env.PGDATABASE}`,
      concurrentJobs,
      maxPoolSize: 10,
      localQueue: { size },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
  taskList: {
    noop: async () => {
      const now = performance.timeOrigin + performance.now();
      first = Math.min(first, now);
      last = now;
      count += 1;
    },
  },
});
for (let seen = -1; seen !== count; ) {
  seen = count;
  await new Promise((wake) => setTimeout(wake, 500));
}
await runner.stop();
console.log(JSON.stringify({ first, last, count }));
process.exit(0);
