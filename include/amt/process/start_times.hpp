// Measures the phases between a process's start and its first useful work. Local.
#pragma once

#include <string>

namespace amt {

class StartTimes {
 public:
  /// Attributes the time since the last call, or since the process started, to `phase`.
  void mark(const std::string& phase);
  double total() const { return marked_; }  ///< seconds from the start to the last mark

  /// Returns "2.10 s: 0.40 s to start the program and MPI, 1.70 s for the first step". Leaves out
  /// phases shorter than 10 ms.
  std::string text() const;

 private:
  double marked_ = 0;
  std::string phases_;
};

}  // namespace amt
