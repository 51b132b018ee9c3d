// Chooses among the algorithms that a device's libraries offer. Their results differ by rounding,
// so a resumed run must use the same ones.
#pragma once

#include <string>

namespace amt {

/// Owned by an Ops and, like it, local to the process.
class AlgorithmChoice {
 public:
  virtual ~AlgorithmChoice() = default;

  /// While timing is on, every algorithm is timed the first time an operation runs with a given
  /// shape, and the fastest is kept. While it is off, which is the default, operations for which no
  /// choice has been recorded use the library's first suggestion.
  virtual void set_timing(bool on) = 0;

  /// Returns all choices so far, including those from take(), as JSON text that ends in a newline.
  virtual std::string record() const = 0;

  /// Uses the choices of this record, which must come from the same kind of device, for shapes that
  /// occur from now on. Returns "" on success; otherwise changes nothing and returns the reason why
  /// the record does not apply to this device.
  virtual std::string take(const std::string& record) = 0;
};

}  // namespace amt
