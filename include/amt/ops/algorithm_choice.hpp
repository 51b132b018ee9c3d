// Which algorithm a device uses where its libraries offer several. Their results differ by
// rounding, so a resumed run must use the same ones.
#pragma once

#include <string>

namespace amt {

/// Owned by an Ops and, like it, local to the process.
class AlgorithmChoice {
 public:
  virtual ~AlgorithmChoice() = default;

  /// While timing is on, each operation with a new shape is timed with every algorithm, and the
  /// fastest is kept. While it is off, which is the default, an operation without a choice uses the
  /// library's first proposal.
  virtual void set_timing(bool on) = 0;

  /// All choices, made or adopted, as JSON text with a final newline.
  virtual std::string record() const = 0;

  /// Adopts the choices in a record of a device of the same kind, for all later operations. Returns
  /// "" on success; otherwise the reason why the record cannot be used, and nothing changes.
  virtual std::string take(const std::string& record) = 0;
};

}  // namespace amt
