// The scheduler comes with a later version of Lights Out. Until then a tick says so and fails, so that nobody takes
// the job's green runs for compute being watched; what stops compute now are Azure's own schedules and idle shutdown.
console.error("Lights Out: this version has no scheduler yet; compute is stopped by its native schedules only.");
process.exit(1);
