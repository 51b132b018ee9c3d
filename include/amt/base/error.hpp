// The project's errors and exit codes. Errors are exceptions that say what happened, where, and
// what to do next; main() catches them once and turns them into one line and an exit code.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace amt {

enum class ExitCode {
  kDone = 0,
  kFailed = 1,     ///< the work could not be done
  kUsage = 2,      ///< wrong options or configuration; nothing was started
  kBadInput = 3,   ///< more files rejected than --max-bad-fraction allows
  kStopped = 75,   ///< stopped on a signal after saving; start again to resume (EX_TEMPFAIL)
  kWatchdog = 76,  ///< a rank or the network hung
};

/// Something went wrong that the user can act on. `what()` is one line, without a trailing period.
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

/// What an errno says, in this program's words: "no such file or folder". Of those that it has no
/// words for: the system's, in brackets behind the number.
std::string reason_text(int error_number);
/// The same of what std::filesystem reports.
std::string reason_text(const std::error_code& error);

/// The operating system refuses: rights, a disk that fails, a name that is not there. Says nothing
/// of what is in a file.
class SystemError : public Error {
 public:
  SystemError(const std::string& message, int number) : Error(message), number_(number) {}
  int number() const { return number_; }  ///< errno

 private:
  int number_;
};

/// A file of a newer version of this program. Says nothing of whether it is whole.
class NewerFormat : public Error {
 public:
  using Error::Error;
};

/// An error whose message ends with the reason that `errno` gives as it is now: "what: no such file
/// or folder".
SystemError system_error(const std::string& what);
/// The same of what std::filesystem reports.
SystemError system_error(const std::string& what, const std::error_code& error);

}  // namespace amt
