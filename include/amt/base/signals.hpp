// Stopping on request: SIGTERM, SIGINT and SIGUSR1 set a flag that long work looks at.
#pragma once

namespace amt {

/// Installs the handlers for the rest of the process. A second SIGINT ends the process at once.
void install_stop_handlers();

/// The signal that asked this process to stop, or 0. Async-signal-safe, local: ranks must agree on it.
int stop_signal();

/// For tests: as if `signal` had arrived (0 clears).
void set_stop_signal(int signal);

}  // namespace amt
