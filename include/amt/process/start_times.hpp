// How long a process takes from its start to the first useful work, by phases. Local.
#pragma once

#include <string>

namespace amt {

class StartTimes {
 public:
  /// The time since the last call, or since the start of the process, was spent in `phase`.
  void mark(const std::string& phase);
  double total() const { return marked_; }  ///< seconds from the start to the last mark

  /// "2.1 s: 0.4 s program and MPI, 1.7 s first step". Phases below 10 ms are left out.
  std::string text() const;

 private:
  double marked_ = 0;
  std::string phases_;
};

}  // namespace amt
