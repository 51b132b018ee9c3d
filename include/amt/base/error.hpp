// The project's errors and exit codes. Errors are exceptions that explain what happened, where, and
// what to do next; main() catches them and turns them into one line and an exit code.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace amt {

enum class ExitCode {
  kDone = 0,
  kFailed = 1,         ///< the work could not be done
  kUsage = 2,          ///< wrong options or configuration; nothing was started
  kBadInput = 3,       ///< more files rejected than --max-bad-fraction allows
  kStopped = 75,       ///< stopped on a signal after saving; start again to resume (EX_TEMPFAIL)
  kWatchdog = 76,      ///< a rank or the network hung
  kWrongNumbers = 77,  ///< ranks that must agree bit for bit do not; start again on other nodes
};

/// A failure that the user can act on. `what()` is one line without a trailing period.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ExitCode code = ExitCode::kFailed)
      : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// Wrong use or configuration: exit code 2.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(message, ExitCode::kUsage) {}
};

/// Describes an errno in plain words, such as "no such file or folder". For an uncommon errno,
/// returns its number and, in parentheses, the system's message.
std::string reason_text(int error_number);
/// As above, for an error reported by std::filesystem.
std::string reason_text(const std::error_code& error);

/// An error reported by the operating system, such as missing permissions, a failing disk or a
/// nonexistent name. It implies nothing about the contents of the file.
class SystemError : public Error {
 public:
  SystemError(const std::string& message, int number) : Error(message), number_(number) {}
  int number() const { return number_; }  ///< errno

 private:
  int number_;
};

/// The file was written by a newer version of this program. It is not necessarily damaged.
class NewerFormat : public Error {
 public:
  using Error::Error;
};

/// Returns an error whose message is `what` followed by the reason for the current `errno`: "what:
/// no such file or folder".
SystemError system_error(const std::string& what);
/// As above, for an error reported by std::filesystem.
SystemError system_error(const std::string& what, const std::error_code& error);

}  // namespace amt
