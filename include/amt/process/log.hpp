// Messages to stderr. Results go to stdout and are not logged.
#pragma once

#include <mutex>
#include <string>

namespace amt {

/// Who this process is, as messages name it.
struct LogIdentity {
  std::mutex mutex;  ///< of what follows
  int rank = 0, ranks = 1;
  std::string host;
};
LogIdentity& log_identity_state();
/// For a library that is loaded with a copy of this code: from now on it goes by the program's
/// name.
void share_log_identity(LogIdentity& of_program);

/// Who this process is within the job; before it is called: rank 0 of 1 on no named host.
/// Thread-safe, as all of these are.
void set_log_identity(int rank, int ranks, const std::string& host);

/// "rank 3 of 8 on node17": how this process is named in messages.
std::string log_identity();

/// Printed by rank 0 only.
void log_info(const std::string& message);

/// Printed by every rank; other ranks than 0 say who they are.
void log_warning(const std::string& message);

/// The same, with this process's name on rank 0, too: for what is about this process.
void log_named_warning(const std::string& message);

/// "amt: error: message", printed by every rank, named like a warning.
void log_error(const std::string& message);

/// The same, with this process's name on rank 0, too: for what may be the only line of the job.
void log_named_error(const std::string& message);

/// The same as log_error() for an error that all ranks have: printed by rank 0 only.
void log_agreed_error(const std::string& message);

}  // namespace amt
