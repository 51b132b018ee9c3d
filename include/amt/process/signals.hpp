// Stops work on request: SIGTERM, SIGINT and SIGUSR1 set a flag that long-running work checks.
#pragma once

namespace amt {

/// Installs the handlers for the rest of the process, and starts a dedicated thread for them to run
/// on. The signals are blocked in the calling thread and in all threads it starts later, so this
/// must be called before a computation starts its threads. Handlers must not run on the stacks of
/// computing threads: oneDNN 2.6's matrix products keep data below the stack pointer, which a
/// handler would overwrite. A second SIGINT ends the process at once. Further calls do nothing.
void install_stop_handlers();

/// Sets a line (ending in a newline) that the first signal writes to stderr at once, because a
/// launcher may not leave time to do it later. Must be a string literal, or null for no line.
void say_when_stopped(const char* notice);

/// Returns the signal that requested a stop, or 0. Async-signal-safe and local: ranks must agree on
/// the result.
int stop_signal();

/// For tests: behaves as if `signal` had arrived (0 clears it).
void set_stop_signal(int signal);

}  // namespace amt
