// Which of several algorithms a device takes where its libraries have more than one. Their
// results differ by rounding, so a resumed run must use the same ones.
#pragma once

#include <string>

namespace amt {

/// Local to the process, as an Ops is, which owns it.
class AlgorithmChoice {
 public:
  virtual ~AlgorithmChoice() = default;

  /// While it is on, an operation of a shape that is met for the first time is timed by each
  /// algorithm, and the fastest is kept. While it is off, as it is at first, what has not been
  /// chosen takes the one that the library proposes first.
  virtual void set_timing(bool on) = 0;

  /// All that was chosen or taken, as JSON text that ends in a newline.
  virtual std::string record() const = 0;

  /// Chooses as this record of a device of the same kind, for what is met from now on. "" if so,
  /// else why it says nothing to this device; then all is as before.
  virtual std::string take(const std::string& record) = 0;
};

}  // namespace amt
