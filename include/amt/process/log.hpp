// Messages to stderr, without escape codes. Results go to stdout and are not logged.
#pragma once

#include <mutex>
#include <string>

namespace amt {

/// The identity of this process in messages.
struct LogIdentity {
  std::mutex mutex;  ///< guards the other members
  int rank = 0, ranks = 1;
  std::string host;
};
LogIdentity& log_identity_state();
/// Makes a library that was loaded with its own copy of this code use the program's identity from
/// now on.
void share_log_identity(LogIdentity& of_program);

/// Sets the identity of this process within the job; until then it is rank 0 of 1 on an unnamed
/// host. Thread-safe, like all of these functions.
void set_log_identity(int rank, int ranks, const std::string& host);

/// Returns this process's name in messages: "rank 3 of 8 on node17".
std::string log_identity();

/// Environment variable; if it is "1", each line begins with the date and time.
inline constexpr const char* kTimesVariable = "AMT_LOG_TIMES";

/// Prints a message on rank 0 only.
void log_info(const std::string& message);

/// Prints a warning on every rank; ranks other than 0 add their name.
void log_warning(const std::string& message);

/// As above, but rank 0 also adds its name: for messages about this process.
void log_named_warning(const std::string& message);

/// Prints "amt: error: message" on every rank, with names as in warnings.
void log_error(const std::string& message);

/// As above, but rank 0 also adds its name: for a message that may be the job's only one.
void log_named_error(const std::string& message);

/// Prints an error that all ranks have, on rank 0 only.
void log_agreed_error(const std::string& message);

}  // namespace amt
