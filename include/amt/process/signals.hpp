// Stopping on request: SIGTERM, SIGINT and SIGUSR1 set a flag that long work looks at.
#pragma once

namespace amt {

/// Installs the handlers for the rest of the process, and a dedicated thread for them to run on:
/// the signals are blocked in the calling thread and in all that it starts from then on. So call it
/// before the threads of a computation are started. Handlers must not run on the computing threads'
/// stacks: the matrix products of oneDNN 2.6 keep data below the stack pointer, which a handler
/// overwrites. A second SIGINT ends the process at once. Calls after the first do nothing.
void install_stop_handlers();

/// A line (ending in a newline) that the first signal writes to stderr at once, since a launcher
/// may leave little time for more. A literal; null: none.
void say_when_stopped(const char* notice);

/// The signal that asked this process to stop, or 0. Async-signal-safe, local: ranks must agree on
/// it.
int stop_signal();

/// For tests: as if `signal` had arrived (0 clears).
void set_stop_signal(int signal);

}  // namespace amt
